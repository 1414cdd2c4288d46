export const id = 212;
export const ids = [212];
export const modules = {

/***/ 4212:
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
// EXTERNAL MODULE: ./build/stacks/plan.js + 2 modules
var stacks_plan = __webpack_require__(5704);
// EXTERNAL MODULE: ./build/stacks/cause.js + 1 modules
var cause = __webpack_require__(3847);
// EXTERNAL MODULE: ./build/stacks/change-set.js
var change_set = __webpack_require__(8603);
// EXTERNAL MODULE: ./build/stacks/classify.js
var classify = __webpack_require__(8424);
// EXTERNAL MODULE: ./build/stacks/engine.js
var stacks_engine = __webpack_require__(8044);
// EXTERNAL MODULE: ./build/stacks/follow.js + 1 modules
var follow = __webpack_require__(43);
// EXTERNAL MODULE: ./build/stacks/graph.js
var graph = __webpack_require__(5248);
;// CONCATENATED MODULE: ./build/stacks/residue.js
function keptResources(stack, template) {
    return withPolicy(['Retain', 'RetainExceptOnCreate'], 'its DeletionPolicy keeps it', stack, template);
}
function snapshotResources(stack, template) {
    return withPolicy(['Snapshot'], 'its DeletionPolicy leaves a snapshot', stack, template);
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
function withPolicy(policies, reason, stack, template) {
    return Object.entries(template.resources)
        .filter(([, { deletionPolicy }]) => policies.includes(deletionPolicy ?? ''))
        .map(([logicalId, { type }]) => ({ stack, logicalId, physicalId: '', type, reason }));
}

// EXTERNAL MODULE: ./build/stacks/schedule.js
var schedule = __webpack_require__(687);
// EXTERNAL MODULE: ./build/stacks/status-faults.js
var status_faults = __webpack_require__(3996);
// EXTERNAL MODULE: ./build/stacks/template.js + 2 modules
var template = __webpack_require__(8551);
// EXTERNAL MODULE: ./build/stacks/timeline.js
var timeline = __webpack_require__(1949);
;// CONCATENATED MODULE: ./build/stacks/teardown.js












function checkBeforeDeletion(plan, snapshots) {
    const faults = plan.stacks.flatMap(({ stackName, shortName }) => {
        const deployed = snapshots.get(shortName)?.stack;
        if (!deployed)
            return [];
        const verdict = (0,classify/* classifyStatus */.xo)(deployed);
        return [
            ...(0,status_faults/* protectionFaults */.V)(deployed),
            ...(verdict?.kind === 'busy' ? (0,status_faults/* statusFaults */.A)(stackName, verdict) : []),
            ...dependentFaults(shortName, plan, snapshots),
        ];
    });
    (0,fault/* throwIfAny */.MI)(faults);
}
function dependentFaults(shortName, plan, snapshots) {
    const dependents = plan.leftOut.filter(name => plan.dependencies.get(name)?.has(shortName) && snapshots.get(name)?.stack);
    return dependents.map(name => ({
        what: `Stack \`${name}\` depends on \`${shortName}\`, and input \`only\` would leave it standing`,
        fix: `Name \`${name}\` in \`only\` too`,
    }));
}
function deployedTemplates(templates, snapshots) {
    return new Map([...templates].map(([name, template]) => [
        name,
        parseDeployed(snapshots.get(name)?.template, template.file) ?? template,
    ]));
}
async function teardown(plan, templates, snapshots, engine, dryRun) {
    const residue = [];
    const options = {
        dependencies: (0,graph/* reverse */.BE)(plan.dependencies),
        limit: Number.POSITIVE_INFINITY,
        afterFailure: 'go-on',
    };
    const stacks = await (0,schedule/* schedule */._)(plan.stacks.toReversed(), options, {
        async run(stack) {
            const deployed = snapshots.get(stack.shortName)?.stack;
            const lines = templates.get(stack.shortName);
            const deletion = dryRun ? preview(stack, deployed) : await deleteStack(stack, deployed, lines, engine);
            residue.push(...deletion.residue);
            engine.observer.ended(deletion.result);
            return deletion.result;
        },
        isGood: stacks_engine/* isGood */.Kg,
        skip(stack, because) {
            const id = snapshots.get(stack.shortName)?.stack?.id;
            const result = { ...(0,stacks_engine/* blankResult */.mE)(stack), id, action: 'delete', reason: `\`${because}\` is still there` };
            engine.observer.ended(result);
            return result;
        },
    });
    return { stacks, residue };
}
function preview(stack, deployed) {
    const { template } = stack;
    const blank = { ...(0,stacks_engine/* blankResult */.mE)(stack), id: deployed?.id, status: deployed?.status, outcome: 'planned' };
    if (!deployed)
        return { result: { ...blank, action: 'absent' }, residue: [] };
    const kept = keptResources(stack.stackName, template);
    const isKept = (id) => kept.some(({ logicalId }) => logicalId === id);
    const changes = Object.entries(template.resources).map(([logicalId, { type }]) => ({
        action: isKept(logicalId) ? 'Keep' : 'Remove',
        logicalId,
        type,
        details: [],
    }));
    return {
        result: { ...blank, action: 'delete', changes },
        residue: [...kept, ...snapshotResources(stack.stackName, template)],
    };
}
async function deleteStack(stack, deployed, lines, engine) {
    const started = engine.clock.now();
    const result = { ...(0,stacks_engine/* blankResult */.mE)(stack), id: deployed?.id, status: deployed?.status, outcome: 'done' };
    if (!deployed)
        return { result: { ...result, action: 'absent' }, residue: [] };
    result.action = 'delete';
    let residue = [];
    try {
        engine.signal.throwIfAborted();
        const token = (0,change_set/* uniqueName */.Fi)(engine.clock, engine.random);
        const expected = Object.keys(stack.template.resources).length;
        engine.observer.began(stack, 'delete', expected);
        await (0,follow/* sendDeletion */.tO)(() => engine.cloudFormation.deleteStack(deployed.id, token, engine.roleArn), engine);
        result.outcome = 'interrupted';
        const operation = { stackId: deployed.id, token, expected };
        const ended = await (0,follow/* follow */.e6)(engine.cloudFormation, operation, (0,stacks_engine/* watching */._A)(stack, engine));
        residue = skippedResources(stack.stackName, ended.events);
        if (ended.status === 'DELETE_COMPLETE')
            residue.push(...snapshotResources(stack.stackName, stack.template));
        await conclude(ended, lines, engine, result);
    }
    catch (error) {
        (0,stacks_engine/* recordFailure */.C5)(error, result);
    }
    result.duration = engine.clock.now() - started;
    return { result, residue };
}
async function conclude(ended, lines, engine, result) {
    result.status = ended.status;
    result.timeline = (0,timeline/* timelineOf */.h)(ended.events);
    result.outcome = ended.status === 'DELETE_COMPLETE' ? 'done' : 'failed';
    if (result.outcome === 'done')
        return;
    result.cause = await (0,cause/* causeOf */.rl)(ended.events, lines, engine.cloudFormation);
    result.reason = result.cause ? undefined : `ended in ${ended.status}`;
}
function parseDeployed(text, file) {
    const parsed = text === undefined ? undefined : (0,template/* parseTemplate */.Q)(text, file);
    return parsed && 'template' in parsed ? parsed.template : undefined;
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













const action = (0,define_action/* defineAction */.Q)(spec_spec, async ({ inputs, host, folders, setOutput, writeSummary, signal: cancelled }) => {
    const started = Date.now();
    const { only, confirm, 'dry-run': dryRun, 'stack-prefix': prefix } = inputs;
    if (!dryRun)
        requireConfirmation(confirm, prefix);
    const session = (0,stack_run/* sessionFor */.w)(inputs, host);
    const { region, endpoint } = session;
    const files = await (0,load_plan_files/* loadTeardownFiles */._)(inputs['stacks-file'], folders);
    const named = (0,stacks_plan/* makeTeardownPlan */.o)({ ...files, prefix, only, region });
    const cloudFormation = (0,cloudformation_aws/* cloudFormationOf */.Y)(session);
    const signal = (0,cancellation/* withTimeout */.wj)(cancelled, inputs.timeout);
    const snapshots = await (0,cancellation/* orAbort */.KP)((0,deploy/* readSnapshots */.yj)(named, cloudFormation, 'all'), signal);
    const templates = deployedTemplates(files.templates, snapshots);
    const plan = (0,stacks_plan/* makeTeardownPlan */.o)({ ...files, templates, prefix, only, region });
    checkBeforeDeletion(plan, snapshots);
    const engine = (0,stack_run/* engineFor */.Ec)(session, cloudFormation, host, { files, signal });
    const title = `Deletion of ${prefix} in ${(0,words/* whereabouts */.CJ)(session)}${dryRun ? ', as it would be' : ''}`;
    const { stacks, residue } = await (0,runner_host/* inGroup */.H)(host, title, () => teardown(plan, files.templates, snapshots, engine, dryRun));
    const duration = Date.now() - started;
    const run = { operation: 'teardown', prefix, region, endpoint, dryRun, stacks, residue, duration };
    const deleted = stacks.filter(({ action, outcome }) => action === 'delete' && outcome === 'done');
    setOutput('deleted', JSON.stringify(deleted.map(({ stackName }) => stackName)));
    setOutput('residue', JSON.stringify(residue));
    await writeSummary((0,summary/* summary */.z)(run, undefined));
    warnOfResidue(residue, dryRun, host);
    (0,stack_run/* throwUnlessGood */.i6)(run, signal, host);
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
