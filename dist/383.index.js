export const id = 383;
export const ids = [383];
export const modules = {

/***/ 3383:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  action: () => (/* binding */ action)
});

// EXTERNAL MODULE: ./build/report/plan-view.js
var plan_view = __webpack_require__(3956);
// EXTERNAL MODULE: ./build/report/summary.js
var summary = __webpack_require__(4611);
// EXTERNAL MODULE: ./build/report/words.js
var words = __webpack_require__(4702);
// EXTERNAL MODULE: ./build/runner/cancellation.js
var cancellation = __webpack_require__(172);
// EXTERNAL MODULE: ./build/runner/define-action.js + 1 modules
var define_action = __webpack_require__(9486);
// EXTERNAL MODULE: ./build/runner/host.js
var runner_host = __webpack_require__(3801);
// EXTERNAL MODULE: ./build/stacks/cloudformation.aws.js
var cloudformation_aws = __webpack_require__(8737);
// EXTERNAL MODULE: ./build/stacks/deploy.js
var deploy = __webpack_require__(8821);
// EXTERNAL MODULE: ./build/stacks/sources.js
var sources = __webpack_require__(1574);
;// CONCATENATED MODULE: ./build/stacks/describe-plan.js

function describePlan(plan) {
    return {
        stacks: plan.stacks.map(stack => ({
            shortName: stack.shortName,
            stackName: stack.stackName,
            template: stack.template.file,
            after: [...(plan.dependencies.get(stack.shortName) ?? [])],
            capabilities: stack.capabilities,
            resources: Object.keys(stack.template.resources).length,
            bytes: Buffer.byteLength(stack.template.text),
            parameters: stack.parameters.map(describeParameter),
        })),
        edges: plan.stacks.flatMap(stack => [...(plan.dependencies.get(stack.shortName) ?? [])].map(from => ({
            from,
            to: stack.shortName,
            values: stack.parameters.flatMap(({ source }) => source.kind === 'output' && source.stack === from ? [source.output] : []),
        }))),
    };
}
function describeParameter({ declaration, source }) {
    const value = (0,sources/* knownValue */.jj)(source);
    return {
        name: declaration.name,
        source: describe_plan_words(source),
        value: value !== undefined && declaration.noEcho ? '••••' : value,
    };
}
function describe_plan_words(source) {
    switch (source.kind) {
        case 'input':
            return `input ${source.name}`;
        case 'stacks-file':
            return 'stacks file';
        case 'lookup':
            return `lookup ${source.lookup}`;
        case 'output':
            return `output of ${source.stack}: ${source.output}`;
        case 'deployed':
            return 'as deployed';
        case 'default':
            return 'default';
    }
}

// EXTERNAL MODULE: ./build/stacks/follow.js + 1 modules
var follow = __webpack_require__(43);
// EXTERNAL MODULE: ./build/stacks/load-plan-files.js + 1 modules
var load_plan_files = __webpack_require__(1401);
// EXTERNAL MODULE: ./node_modules/@aws-sdk/client-cloudformation/dist-cjs/index.js
var dist_cjs = __webpack_require__(3805);
// EXTERNAL MODULE: ./node_modules/@aws-sdk/core/dist-cjs/submodules/client/index.js
var client = __webpack_require__(5152);
// EXTERNAL MODULE: ./node_modules/@aws-sdk/core/dist-cjs/submodules/protocols/index.js
var protocols = __webpack_require__(7288);
// EXTERNAL MODULE: ./node_modules/@smithy/core/dist-cjs/submodules/client/index.js
var submodules_client = __webpack_require__(2658);
// EXTERNAL MODULE: ./node_modules/@smithy/core/dist-cjs/submodules/endpoints/index.js
var endpoints = __webpack_require__(2085);
// EXTERNAL MODULE: ./build/aws/session.aws.js + 1 modules
var session_aws = __webpack_require__(3451);
// EXTERNAL MODULE: ./build/runner/fault.js
var fault = __webpack_require__(7231);
;// CONCATENATED MODULE: ./build/stacks/lookups.aws.js







async function lookUpAll(lookups, session) {
    return new Map(await Promise.all([...lookups].map(async (lookup) => [lookup, await lookUp(lookup, session)])));
}
async function lookUp(lookup, session) {
    switch (lookup) {
        case 's3-prefix-list':
            return await prefixListId(`com.amazonaws.${session.region}.s3`, session);
    }
}
async function prefixListId(name, session) {
    const input = { Filters: [{ Name: 'prefix-list-name', Values: [name] }] };
    const output = await (0,session_aws/* call */.T1)({ action: 'ec2:DescribeManagedPrefixLists', region: session.region }, () => ec2Client(session).send(new DescribeManagedPrefixLists(input)));
    const id = output.PrefixLists?.[0]?.PrefixListId;
    if (id)
        return id;
    const fix = 'Check input `aws-region`, or give the id as a literal in the stacks file';
    throw new fault/* UserFault */.ax({ what: `Region \`${session.region}\` has no managed prefix list \`${name}\``, fix });
}
function ec2Client({ clientConfig }) {
    return new dist_cjs/* CloudFormationClient */.m1N({
        ...clientConfig,
        serviceId: 'EC2',
        protocol: protocols.AwsEc2QueryProtocol,
        protocolSettings: {
            defaultNamespace: NAMESPACE,
            xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15',
            version: '2016-11-15',
            serviceTarget: 'AmazonEC2',
        },
        endpointProvider: ({ Endpoint, Region = '' }) => ({
            url: new URL(String(Endpoint ?? `https://ec2.${Region}.${(0,client.partition)(Region).dnsSuffix}`)),
            properties: { authSchemes: [{ name: 'sigv4', signingName: 'ec2', signingRegion: Region, properties: {} }] },
        }),
    });
}
const NAMESPACE = 'com.amazonaws.ec2';
const ITEM = { xmlName: 'item' };
const STRINGS = [1, NAMESPACE, 'ValueStringList', 0, [0, ITEM]];
const FILTER = [3, NAMESPACE, 'Filter', 0, ['Name', 'Values'], [0, [STRINGS, { xmlName: 'Value' }]]];
const FILTERS = [1, NAMESPACE, 'FilterList', 0, [FILTER, { xmlName: 'Filter' }]];
const PREFIX_LIST = [3, NAMESPACE, 'ManagedPrefixList', 0, ['PrefixListId'], [[0, { xmlName: 'prefixListId' }]]];
const PREFIX_LISTS = [1, NAMESPACE, 'ManagedPrefixListSet', 0, [PREFIX_LIST, ITEM]];
const NAME = 'DescribeManagedPrefixLists';
const REQUEST = [3, NAMESPACE, `${NAME}Request`, 0, ['Filters'], [[FILTERS, { xmlName: 'Filter' }]]];
const RESULT = [3, NAMESPACE, `${NAME}Result`, 0, ['PrefixLists'], [[PREFIX_LISTS, { xmlName: 'prefixListSet' }]]];
const DescribeManagedPrefixLists = (0,submodules_client.makeBuilder)({ Region: { type: 'builtInParams', name: 'region' }, Endpoint: { type: 'builtInParams', name: 'endpoint' } }, 'AmazonEC2', 'EC2Client', endpoints.getEndpointPlugin)({}, () => [], NAME, [9, NAMESPACE, NAME, 0, REQUEST, RESULT]);

// EXTERNAL MODULE: ./build/stacks/plan.js + 2 modules
var plan = __webpack_require__(5704);
// EXTERNAL MODULE: ./build/actions/stack-run.js + 3 modules
var stack_run = __webpack_require__(5866);
;// CONCATENATED MODULE: ./build/actions/deploy/outputs.js
const SCALARS = {
    'load-balancer-url': 'LoadBalancerUrl',
    'cluster-name': 'ClusterName',
    'ecs-service-name': 'EcsServiceName',
    'log-groups': 'LogGroups',
    'metrics-endpoint': 'MetricsEndpoint',
    'grafana-url': 'GrafanaUrl',
};
function outputsOf({ stacks, dryRun }, { leftOut }, snapshots) {
    const hasChanged = !dryRun &&
        stacks.some(({ action, outcome }) => action !== 'none' && (outcome === 'done' || outcome === 'interrupted'));
    const outputs = Object.fromEntries([
        ...leftOut.map(name => [name, snapshots.get(name)?.stack?.outputs ?? {}]),
        ...stacks.map(({ shortName, outputs }) => [shortName, outputs]),
    ]);
    return [
        ['outputs', JSON.stringify(outputs)],
        ['stacks', JSON.stringify(stacks.map(describe))],
        ['changed', String(hasChanged)],
        ...scalarOutputs(outputs),
    ];
}
function describe({ stackName: name, id, action, status, duration }) {
    return { name, id, action, status, seconds: duration / 1000 };
}
function scalarOutputs(outputs) {
    const all = Object.assign({}, ...Object.values(outputs));
    return Object.entries(SCALARS).flatMap(([name, key]) => {
        const value = all[key];
        if (value === undefined)
            return [];
        return [[name, name === 'log-groups' ? value.split(',').join('\n') : value]];
    });
}

// EXTERNAL MODULE: ./build/stacks/resolve.js
var resolve = __webpack_require__(7204);
;// CONCATENATED MODULE: ./build/actions/deploy/parameter-inputs.js


function parameterInputs(inputs) {
    const given = Object.entries(inputs.parameters);
    const values = new Map(given.map(([name, value]) => [name, { value, origin: 'parameters' }]));
    const faults = [];
    for (const [parameter, origin] of resolve/* IMAGE_INPUTS */.EW) {
        const value = inputs[origin];
        if (value === undefined)
            continue;
        const what = `Inputs \`${origin}\` and \`parameters\` both set parameter \`${parameter}\``;
        const isTwice = [...values.keys()].some(key => key === parameter || key.endsWith(`.${parameter}`));
        if (isTwice)
            faults.push({ what, fix: 'Remove one of them' });
        values.set(parameter, { value, origin });
    }
    (0,fault/* throwIfAny */.MI)(faults);
    return values;
}

// EXTERNAL MODULE: ./build/runner/spec.js
var spec = __webpack_require__(1700);
// EXTERNAL MODULE: ./build/actions/shared-inputs.js
var shared_inputs = __webpack_require__(8893);
;// CONCATENATED MODULE: ./build/actions/deploy/spec.js


const spec_image = {
    regex: /^[^\s@]+@sha256:[0-9a-f]{64}$/,
    accepts: 'an image by digest, `<registry>/<repository>@sha256:<64 hex digits>`: a tag can be moved, and a moved tag rolls nothing out',
};
const spec_spec = (0,spec/* declareAction */.D)({
    name: 'deploy',
    title: 'zap-obs deploy',
    description: "Deploys CloudFormation stacks in order, each one's outputs threaded into the next.",
    icon: 'layers',
    color: 'purple',
    inputs: {
        ...shared_inputs/* stackInputs */.m,
        'image-uri': {
            kind: 'string',
            description: "The application's image, by digest. Sets parameter `ImageUri`.",
            pattern: spec_image,
        },
        'collector-image-uri': {
            kind: 'string',
            description: "The ADOT collector's image, by digest, from a registry that the tasks reach. Sets parameter `CollectorImageUri`.",
            pattern: spec_image,
        },
        parameters: {
            kind: 'map',
            description: 'Template parameters as a YAML or JSON map. `Name` goes to every stack that has it, `<short name>.Name` to one.',
        },
        'dry-run': {
            kind: 'boolean',
            description: 'Shows what would change, and leaves nothing behind.',
            default: false,
        },
        tags: {
            kind: 'map',
            description: 'Tags for every stack and its resources, as a YAML or JSON map.',
            advanced: true,
        },
        'role-arn': {
            kind: 'string',
            description: 'ARN of the role that CloudFormation itself acts with.',
            pattern: { regex: /^arn:[\w-]+:iam::\d{12}:role\/.+$/, accepts: "a role's ARN" },
            advanced: true,
        },
        'template-bucket': {
            kind: 'string',
            description: 'A bucket for templates that are larger than the 51,200 bytes of a request.',
            pattern: { regex: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, accepts: "a bucket's name" },
            advanced: true,
        },
        'max-parallel': {
            kind: 'integer',
            description: 'How many stacks may be deployed at once. 1 makes it strictly one after another.',
            default: 4,
            min: 1,
            max: 50,
            advanced: true,
        },
        timeout: {
            kind: 'duration',
            description: 'After this the run fails; what AWS has begun goes on, and the message says what.',
            default: '1h',
            advanced: true,
        },
        ...shared_inputs/* credentialInputs */.H,
    },
    outputs: {
        outputs: { description: "JSON: every stack's outputs, `{ short name: { Key: value } }`." },
        stacks: { description: 'JSON: `[{ name, id, action, status, seconds }]`, in the order in which they ran.' },
        changed: { description: '`true` when anything was created or updated.' },
        'load-balancer-url': { description: 'Where the service answers.' },
        'cluster-name': { description: 'The ECS cluster.' },
        'ecs-service-name': { description: 'The ECS service.' },
        'log-groups': { description: 'CloudWatch log groups of the service, one a line.' },
        'metrics-endpoint': { description: 'The Amazon Managed Prometheus workspace, without `/api/v1/…`.' },
        'grafana-url': { description: 'The Amazon Managed Grafana workspace.' },
    },
});

;// CONCATENATED MODULE: ./build/actions/deploy/run.js

















const action = (0,define_action/* defineAction */.Q)(spec_spec, async ({ inputs, host, folders, mask, setOutput, writeSummary, signal: cancelled }) => {
    const started = Date.now();
    const dryRun = inputs['dry-run'];
    const session = (0,stack_run/* sessionFor */.w)(inputs, host);
    const files = await (0,load_plan_files/* loadPlanFiles */.v)(inputs['stacks-file'], folders);
    const plan = planOf(inputs, files, session.region);
    maskSecrets(plan, mask);
    const view = await showPlan(plan, `Plan for ${plan.prefix} in ${(0,words/* whereabouts */.CJ)(session)}`, host);
    const cloudFormation = (0,cloudformation_aws/* cloudFormationOf */.Y)(session);
    const signal = (0,cancellation/* withTimeout */.wj)(cancelled, inputs.timeout);
    const reads = Promise.all([(0,deploy/* readSnapshots */.yj)(plan, cloudFormation), lookUpAll((0,deploy/* neededLookups */.nU)(plan), session)]);
    const [snapshots, lookups] = await (0,follow/* orAbort */.KP)(reads, signal);
    (0,deploy/* checkBeforeWrites */.kZ)(plan, snapshots, lookups);
    const engine = (0,stack_run/* engineFor */.Ec)(session, cloudFormation, host, {
        files,
        signal,
        roleArn: inputs['role-arn'],
        bucket: inputs['template-bucket'],
    });
    const options = { maxParallel: inputs['max-parallel'], dryRun };
    const stacks = await (0,runner_host/* inGroup */.H)(host, dryRun ? 'Changes' : 'Deployment', () => (0,deploy/* deploy */.gg)(plan, snapshots, lookups, engine, options));
    const { prefix } = plan;
    const { region, endpoint } = session;
    const duration = Date.now() - started;
    const run = { operation: 'deploy', prefix, region, endpoint, dryRun, stacks, residue: [], duration };
    for (const [name, value] of outputsOf(run, plan, snapshots))
        setOutput(name, value);
    await writeSummary((0,summary/* summary */.z)(run, view));
    (0,stack_run/* throwUnlessGood */.i6)(run, signal, host);
});
function planOf(inputs, files, region) {
    return (0,plan/* makePlan */.C)({
        ...files,
        prefix: inputs['stack-prefix'],
        values: parameterInputs(inputs),
        only: inputs.only,
        tags: inputs.tags,
        hasTemplateBucket: inputs['template-bucket'] !== undefined,
        region,
    });
}
function maskSecrets(plan, mask) {
    for (const { declaration, source } of plan.stacks.flatMap(({ parameters }) => parameters)) {
        const isGiven = source.kind === 'input' || source.kind === 'stacks-file';
        if (declaration.noEcho && isGiven && source.value.length >= 4)
            mask(source.value);
    }
}
async function showPlan(plan, title, host) {
    const view = describePlan(plan);
    await (0,runner_host/* inGroup */.H)(host, title, async () => host.line((0,plan_view/* planLines */.H)(view).join('\n')));
    return view;
}


/***/ })

};
