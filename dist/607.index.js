export const id = 607;
export const ids = [607];
export const modules = {

/***/ 5607:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   actionsHost: () => (/* binding */ actionsHost),
/* harmony export */   inert: () => (/* binding */ inert)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6421);

const actionsHost = {
    input: name => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .getInput */ .V4(name),
    output: (name, value) => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setOutput */ .uH(name, value),
    summary: async (markdown) => {
        if (process.env.GITHUB_STEP_SUMMARY)
            await _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .summary */ .z.addRaw(markdown, true).write();
    },
    line: text => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .info */ .pq(inert(text)),
    openGroup: name => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .startGroup */ .Oh(inert(name)),
    closeGroup: () => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .endGroup */ .N4(),
    annotate(severity, message, { title, place } = {}) {
        const show = { error: _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .error */ .z3, warning: _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .warning */ .$e, notice: _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .notice */ .lm }[severity];
        show(message, {
            ...(title && { title }),
            ...(place && { file: place.file }),
            ...(place?.line && { startLine: place.line }),
            ...(place?.column && { startColumn: place.column }),
        });
    },
    mask: secret => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .setSecret */ .Pq(secret),
    idToken: audience => _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .getIDToken */ .V9(audience),
};
function inert(text) {
    return text
        .replaceAll(/\r\n?/g, '\n')
        .replaceAll(/^(\s*):(?=:)/gm, '$1:\u200b')
        .replaceAll('##[', '#\u200b#[');
}


/***/ })

};
