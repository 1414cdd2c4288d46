export const id = 31;
export const ids = [31];
export const modules = {

/***/ 31:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  action: () => (/* binding */ action)
});

// EXTERNAL MODULE: ./build/report/summary.js
var summary = __webpack_require__(4611);
// EXTERNAL MODULE: ./build/report/words.js
var words = __webpack_require__(4702);
// EXTERNAL MODULE: ./build/runner/cancellation.js
var cancellation = __webpack_require__(172);
// EXTERNAL MODULE: ./build/runner/define-action.js + 1 modules
var define_action = __webpack_require__(9486);
// EXTERNAL MODULE: ./build/runner/fault.js
var fault = __webpack_require__(7231);
// EXTERNAL MODULE: ./build/runner/host.js
var runner_host = __webpack_require__(3801);
// EXTERNAL MODULE: ./build/stacks/cloudformation.aws.js
var cloudformation_aws = __webpack_require__(8737);
// EXTERNAL MODULE: ./build/stacks/deploy.js + 1 modules
var deploy = __webpack_require__(9434);
// EXTERNAL MODULE: ./build/stacks/load-plan-files.js + 1 modules
var load_plan_files = __webpack_require__(1401);
// EXTERNAL MODULE: ./build/stacks/plan.js + 1 modules
var stacks_plan = __webpack_require__(4429);
// EXTERNAL MODULE: ./build/stacks/cause.js + 1 modules
var cause = __webpack_require__(3847);
// EXTERNAL MODULE: ./build/stacks/change-set.js
var change_set = __webpack_require__(8603);
// EXTERNAL MODULE: ./build/stacks/engine.js
var stacks_engine = __webpack_require__(8044);
// EXTERNAL MODULE: ./build/stacks/follow.js + 1 modules
var follow = __webpack_require__(43);
// EXTERNAL MODULE: ./build/stacks/graph.js
var graph = __webpack_require__(5248);
// EXTERNAL MODULE: ./build/stacks/schedule.js
var schedule = __webpack_require__(687);
// EXTERNAL MODULE: ./build/stacks/template.js + 2 modules
var template = __webpack_require__(6087);
// EXTERNAL MODULE: ./build/stacks/timeline.js
var timeline = __webpack_require__(1949);
;// CONCATENATED MODULE: ./build/stacks/teardown.js









async function teardown(targets, dependencies, snapshots, engine, dryRun) {
    const byName = new Map(targets.map(target => [target.shortName, target]));
    const targetOf = (name) => {
        const target = byName.get(name);
        if (!target)
            throw new Error(`stack ${name} is not to be deleted`);
        return target;
    };
    const residue = [];
    const stacks = await (0,schedule/* schedule */._)([...byName.keys()].reverse(), (0,graph/* reverse */.B)(dependencies), Number.POSITIVE_INFINITY, 'go-on', {
        async run(name) {
            const target = targetOf(name);
            const { stack, template } = snapshots.get(name) ?? {};
            const deletion = await deleteStack(target, stack, template, engine, dryRun);
            residue.push(...deletion.residue);
            engine.observer.ended(deletion.result);
            return deletion.result;
        },
        isGood: ({ outcome }) => outcome === 'done' || outcome === 'planned',
        skip(name, because) {
            const target = targetOf(name);
            const result = {
                ...(0,stacks_engine/* blankResult */.mE)(target),
                action: 'delete',
                reason: `not deleted, because \`${because}\` was not`,
            };
            engine.observer.ended(result);
            return result;
        },
    });
    return { stacks, residue };
}
async function deleteStack(target, deployed, templateText, engine, dryRun) {
    const started = engine.clock.now();
    const result = {
        ...(0,stacks_engine/* blankResult */.mE)(target),
        id: deployed?.id,
        status: deployed?.status,
        action: deployed ? 'delete' : 'none',
        outcome: dryRun ? 'planned' : 'done',
    };
    if (!deployed)
        return { result: { ...result, reason: 'does not exist' }, residue: [] };
    const template = parseDeployed(templateText, target.stackName);
    if (dryRun) {
        result.changes = Object.entries(template?.resources ?? {}).map(([logicalId, { type, deletionPolicy }]) => ({
            action: isKept(deletionPolicy) ? 'Keep' : 'Remove',
            logicalId,
            type,
            details: [],
        }));
        return { result, residue: predictedResidue(target.stackName, template) };
    }
    let residue = [];
    try {
        refuseProtected(deployed);
        const token = (0,change_set/* uniqueName */.F)(engine.clock, engine.random);
        engine.observer.began(target, 'delete', Object.keys(template?.resources ?? {}).length);
        engine.signal.throwIfAborted();
        await engine.cloudFormation.deleteStack(deployed.id, token, engine.roleArn);
        result.outcome = 'interrupted';
        const expected = Object.keys(template?.resources ?? {}).length;
        const ended = await (0,follow/* follow */.e6)(engine.cloudFormation, { stackId: deployed.id, token, expected }, (0,stacks_engine/* watching */._A)(target, engine));
        result.status = ended.status;
        result.timeline = (0,timeline/* timelineOf */.h)(ended.events);
        residue = skippedResources(target.stackName, ended.events);
        result.outcome = ended.status === 'DELETE_COMPLETE' ? 'done' : 'failed';
        if (result.outcome === 'failed') {
            result.cause = await (0,cause/* causeOf */.rl)(ended.events, target.template, engine.cloudFormation);
            result.reason = result.cause ? undefined : `ended in ${ended.status}`;
        }
    }
    catch (error) {
        (0,stacks_engine/* recordFailure */.C5)(error, result);
    }
    result.duration = engine.clock.now() - started;
    return { result, residue };
}
function refuseProtected(deployed) {
    if (!deployed.terminationProtection)
        return;
    const fix = `Turn it off (aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${deployed.name}), then run again`;
    (0,fault/* throwIfAny */.MI)([{ what: `Termination protection is on for stack \`${deployed.name}\``, fix }]);
}
function parseDeployed(text, file) {
    const parsed = text === undefined ? undefined : (0,template/* parseTemplate */.Q)(text, file);
    return parsed && 'template' in parsed ? parsed.template : undefined;
}
function isKept(deletionPolicy) {
    return deletionPolicy === 'Retain' || deletionPolicy === 'RetainExceptOnCreate';
}
function predictedResidue(stack, template) {
    return Object.entries(template?.resources ?? {})
        .filter(([, { deletionPolicy }]) => isKept(deletionPolicy))
        .map(([logicalId, { type, deletionPolicy }]) => ({
        stack,
        logicalId,
        physicalId: '',
        type,
        reason: `DeletionPolicy: ${deletionPolicy}`,
    }));
}
function skippedResources(stack, events) {
    return events
        .filter(({ status }) => status === 'DELETE_SKIPPED')
        .map(({ logicalId, physicalId, type, reason }) => ({
        stack,
        logicalId,
        physicalId,
        type,
        reason: reason ?? 'its DeletionPolicy keeps it',
    }));
}

// EXTERNAL MODULE: ./build/actions/stack-run.js + 3 modules
var stack_run = __webpack_require__(5866);
// EXTERNAL MODULE: ./build/runner/spec.js
var spec = __webpack_require__(1700);
// EXTERNAL MODULE: ./build/actions/shared-inputs.js
var shared_inputs = __webpack_require__(8893);
;// CONCATENATED MODULE: ./build/actions/teardown/spec.js


const spec_spec = (0,spec/* declareAction */.D)({
    name: 'teardown',
    title: 'zap-obs teardown',
    description: 'Deletes the stacks of a prefix in reverse order, waits until they are gone, and lists what stays behind.',
    icon: 'trash-2',
    color: 'purple',
    inputs: {
        ...shared_inputs/* stackInputs */.m,
        confirm: {
            kind: 'string',
            description: 'Must equal `stack-prefix`, or nothing is deleted. Not needed with `dry-run`.',
        },
        'dry-run': {
            kind: 'boolean',
            description: 'Shows what would be deleted and what would stay behind.',
            default: false,
        },
        timeout: {
            kind: 'duration',
            description: 'After this the run fails; deletions that AWS has begun go on, and the message says which.',
            default: '1h',
            advanced: true,
        },
        ...shared_inputs/* credentialInputs */.H,
    },
    outputs: {
        deleted: { description: 'JSON: the names of the stacks that were deleted.' },
        residue: { description: 'JSON: what stays behind, `[{ stack, logicalId, physicalId, type, reason }]`.' },
    },
});

;// CONCATENATED MODULE: ./build/actions/teardown/run.js













const action = (0,define_action/* defineAction */.Q)(spec_spec, async ({ inputs, host, folders, setOutput, signal: cancelled }) => {
    const started = Date.now();
    const { only, confirm, 'dry-run': dryRun, 'stack-prefix': prefix } = inputs;
    if (!dryRun)
        requireConfirmation(confirm, prefix);
    const session = (0,stack_run/* sessionFor */.w)(inputs, host);
    const { region, endpoint } = session;
    const files = await (0,load_plan_files/* loadPlanFiles */.v)(inputs['stacks-file'], folders);
    const plan = (0,stacks_plan/* makePlan */.Cs)({ ...files, prefix, values: new Map(), only, tags: {}, hasTemplateBucket: true, region });
    const cloudFormation = (0,cloudformation_aws/* cloudFormationOf */.Y)(session);
    const snapshots = await (0,deploy/* readSnapshots */.yj)(plan, cloudFormation);
    const limit = (0,cancellation/* withTimeout */.wj)(cancelled, inputs.timeout);
    const engine = (0,stack_run/* engineFor */.Ec)(session, cloudFormation, host, { files, signal: limit.signal });
    const title = `Deletion of ${prefix} in ${(0,words/* whereabouts */.CJ)(session)}${dryRun ? ', as it would be' : ''}`;
    const { stacks, residue } = await (0,runner_host/* inGroup */.H)(host, title, () => teardown(plan.stacks, plan.dependencies, snapshots, engine, dryRun).finally(limit.stop));
    const duration = Date.now() - started;
    const run = { operation: 'teardown', prefix, region, endpoint, dryRun, stacks, residue, duration };
    await host.summary((0,summary/* summary */.z)(run, undefined));
    const deleted = stacks.filter(({ action, outcome }) => action === 'delete' && outcome === 'done');
    setOutput('deleted', JSON.stringify(deleted.map(({ stackName }) => stackName)));
    setOutput('residue', JSON.stringify(residue));
    warnOfResidue(residue, dryRun, host);
    (0,stack_run/* throwUnlessGood */.i6)(run, limit.signal, host);
});
function requireConfirmation(confirm, prefix) {
    if (confirm === prefix)
        return;
    throw new fault/* UserFault */.ax({
        what: 'Input `confirm` must repeat the stack prefix, so that nothing is deleted by mistake',
        seen: confirm === undefined ? 'nothing' : `\`${confirm}\``,
        fix: `Give \`confirm: ${prefix}\`, or look first with \`dry-run: true\``,
    });
}
function warnOfResidue(residue, dryRun, host) {
    for (const { stack, logicalId, physicalId, reason } of residue) {
        const id = physicalId ? ` as ${physicalId}` : '';
        const message = `${logicalId} of ${stack} ${dryRun ? 'would stay' : 'stays'} behind${id}: ${reason}`;
        host.annotate('warning', message, { title: 'Left behind' });
    }
}


/***/ })

};
