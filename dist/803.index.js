export const id = 803;
export const ids = [803];
export const modules = {

/***/ 6803:
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
// EXTERNAL MODULE: ./build/stacks/deploy.js + 1 modules
var deploy = __webpack_require__(9434);
// EXTERNAL MODULE: ./build/stacks/sources.js
var sources = __webpack_require__(1574);
;// CONCATENATED MODULE: ./build/stacks/describe-plan.js

function describePlan(plan, findings = []) {
    return {
        reachability: findings.map(describeFinding),
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
function describeFinding(finding) {
    const { service, need, verdict, because } = finding;
    if (verdict === 'reachable')
        return { service, need, verdict, detail: `through ${finding.through}` };
    return { service, need, verdict, detail: verdict === 'blocked' ? `${because}; add ${finding.add}` : because };
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
var runner_fault = __webpack_require__(7231);
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
    throw new runner_fault/* UserFault */.ax({ what: `Region \`${session.region}\` has no managed prefix list \`${name}\``, fix });
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
;// CONCATENATED MODULE: ./build/stacks/reachability/values.js
class Token {
    key;
    resource;
    attribute;
    constructor(resource, attribute) {
        this.resource = resource;
        this.attribute = attribute;
        this.key = resource ? `${resource.stack}/${resource.id}.${attribute}` : attribute;
    }
}
class Unknown {
    why;
    constructor(why) {
        this.why = why;
    }
}
class Text {
    parts;
    constructor(parts) {
        this.parts = parts;
    }
}
function isMap(value) {
    return (typeof value === 'object' &&
        !Array.isArray(value) &&
        !(value instanceof Token || value instanceof Unknown || value instanceof Text));
}
function isList(value) {
    return Array.isArray(value);
}
function concatenate(values) {
    const parts = [];
    for (const value of values) {
        for (const part of value instanceof Text ? value.parts : [value]) {
            const last = parts.at(-1);
            if (typeof part === 'string' && typeof last === 'string')
                parts[parts.length - 1] = last + part;
            else if (typeof part === 'string' || part instanceof Token || part instanceof Unknown)
                parts.push(part);
            else
                return new Unknown('a list or a map stands where text is expected');
        }
    }
    const filled = parts.filter(part => part !== '');
    const [first = ''] = filled;
    return filled.length <= 1 ? first : new Text(filled);
}
function split(value, separator) {
    if (value instanceof Unknown)
        return value;
    const pieces = [[]];
    for (const part of value instanceof Text ? value.parts : [value]) {
        if (typeof part === 'string') {
            const [head = '', ...rest] = part.split(separator);
            pieces.at(-1)?.push(head);
            pieces.push(...rest.map(piece => [piece]));
        }
        else if (part instanceof Token && (separator === ',' || part.key === 'AWS::AccountId'))
            pieces.at(-1)?.push(part);
        else
            return part instanceof Unknown ? part : new Unknown('it is cut out of a value that only AWS knows');
    }
    return pieces.map(concatenate);
}
function rendered(value) {
    if (typeof value === 'string')
        return value;
    if (value instanceof Token)
        return `‹${value.key}›`;
    if (value instanceof Text)
        return value.parts.map(rendered).join('');
    return '‹?›';
}
function ignorance(value) {
    if (value instanceof Unknown)
        return value;
    if (value instanceof Text)
        return value.parts.find(part => part instanceof Unknown);
    return undefined;
}
function same(a, b) {
    const unknown = ignorance(a) ?? ignorance(b);
    if (unknown)
        return unknown;
    if (typeof a === 'string' && typeof b === 'string')
        return a === b;
    if (isScalar(a) && isScalar(b)) {
        if (rendered(a) === rendered(b))
            return true;
        if (isOwn(a) && isOwn(b))
            return false;
        if (a === '' || b === '')
            return false;
        return new Unknown(`whether ${described(a)} is ${described(b)} is only known to AWS`);
    }
    return a === b;
}
function isOwn(value) {
    if (!(value instanceof Token))
        return false;
    return value.resource === undefined || /^AWS::(?!CloudFormation::)(?!.*::MODULE$)/.test(value.resource.type);
}
function isScalar(value) {
    return typeof value === 'string' || value instanceof Token || value instanceof Text;
}
function described(value) {
    if (value instanceof Token && value.resource)
        return `\`${value.resource.id}${value.attribute === 'Ref' ? '' : `.${value.attribute}`}\``;
    if (isList(value))
        return value.map(described).join(', ');
    return `\`${rendered(value)}\``;
}
function every(truths) {
    return truths.includes(false) ? false : (truths.find(truth => truth instanceof Unknown) ?? true);
}
function some(truths) {
    return truths.includes(true) ? true : (truths.find(truth => truth instanceof Unknown) ?? false);
}
function negated(truth) {
    return truth instanceof Unknown ? truth : !truth;
}

;// CONCATENATED MODULE: ./build/stacks/reachability/attributes.js

const IDS = {
    'AWS::EC2::SecurityGroup': ['GroupId', 'Id'],
    'AWS::EC2::VPC': ['VpcId'],
    'AWS::EC2::Subnet': ['SubnetId'],
    'AWS::EC2::RouteTable': ['RouteTableId'],
    'AWS::EC2::NatGateway': ['NatGatewayId'],
    'AWS::EC2::InternetGateway': ['InternetGatewayId'],
    'AWS::EC2::VPCEndpoint': ['Id'],
    'AWS::EC2::PrefixList': ['PrefixListId'],
    'AWS::SecretsManager::Secret': ['Id'],
};
const PROPERTIES = {
    'AWS::EC2::VPC': { CidrBlock: 'CidrBlock' },
    'AWS::EC2::Subnet': { CidrBlock: 'CidrBlock', VpcId: 'VpcId' },
    'AWS::EC2::SecurityGroup': { VpcId: 'VpcId' },
    'AWS::Logs::LogGroup': { Ref: 'LogGroupName' },
    'AWS::ECR::Repository': { Ref: 'RepositoryName' },
};
function attributeOf(resource, attribute, region) {
    const property = PROPERTIES[resource.type]?.[attribute];
    const value = property === undefined ? undefined : resource.property(property);
    if (value !== undefined && !(value instanceof Unknown))
        return value;
    return arnOf(resource, attribute, region) ?? new Token(resource, isId(resource, attribute) ? 'Ref' : attribute);
}
function isId({ type }, attribute) {
    return IDS[type]?.includes(attribute) ?? false;
}
function arnOf(resource, attribute, region) {
    const of = (service, ...rest) => concatenate([`arn:${partition(region)}:${service}:${region}:`, new Token(undefined, 'AWS::AccountId'), ...rest]);
    const name = (given) => resource.property(given) ?? new Token(resource, 'Ref');
    switch (`${resource.type} ${attribute}`) {
        case 'AWS::APS::Workspace Ref':
        case 'AWS::APS::Workspace Arn':
            return of('aps', ':workspace/', new Token(resource, 'WorkspaceId'));
        case 'AWS::Logs::LogGroup Arn':
            return of('logs', ':log-group:', name('LogGroupName'), ':*');
        case 'AWS::ECR::Repository Arn':
            return of('ecr', ':repository/', name('RepositoryName'));
        case 'AWS::ECR::Repository RepositoryUri':
            return concatenate([
                new Token(undefined, 'AWS::AccountId'),
                `.dkr.ecr.${region}.${urlSuffix(region)}/`,
                name('RepositoryName'),
            ]);
        default:
            return undefined;
    }
}
function partition(region) {
    return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
function urlSuffix(region) {
    return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

;// CONCATENATED MODULE: ./build/stacks/reachability/cidr.js
function parseCidr(text) {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
    if (!match)
        return undefined;
    const numbers = match.slice(1).map(Number);
    const bits = numbers.pop() ?? 0;
    if (bits > 32 || numbers.some(byte => byte > 255))
        return undefined;
    const size = 2 ** (32 - bits);
    const address = numbers.reduce((sum, byte) => sum * 256 + byte, 0);
    const from = Math.floor(address / size) * size;
    return { from, to: from + size - 1 };
}
function contains(outer, inner) {
    return outer.from <= inner.from && inner.to <= outer.to;
}
function isDisjoint(a, b) {
    return a.to < b.from || b.to < a.from;
}
const NEVER_PUBLIC = [
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    '169.254.0.0/16',
    '127.0.0.0/8',
    '255.255.255.255/32',
].flatMap(text => parseCidr(text) ?? []);
function isPrivate(range) {
    return NEVER_PUBLIC.some(known => contains(known, range));
}
function subdivide(text, count, hostBits) {
    const range = parseCidr(text);
    const size = 2 ** hostBits;
    if (!range || !Number.isInteger(size) || range.from + count * size - 1 > range.to)
        return undefined;
    return Array.from({ length: count }, (_, index) => {
        const address = range.from + index * size;
        const bytes = [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256);
        return `${bytes.join('.')}/${32 - hostBits}`;
    });
}

;// CONCATENATED MODULE: ./build/stacks/reachability/external-hosts.js


const NOT_EXTERNAL = /(^|\.)(amazonaws\.com(\.cn)?|aws|localhost)$/;
function externalHost(url) {
    const match = /^https:\/\/([^/:?#\s@]+)(?::(\d+))?(?:[/?#]|$)/i.exec(url);
    const host = match?.[1]?.toLowerCase();
    if (host === undefined ||
        host.includes('‹') ||
        host.includes('$') ||
        NOT_EXTERNAL.test(host) ||
        /^[\d.]+$/.test(host))
        return [];
    const port = Number(match?.[2] ?? 443);
    const isInside = !host.includes('.') || /\.(local|internal)$/.test(host);
    return [
        {
            name: port === 443 ? host : `${host}:${port}`,
            target: isInside
                ? { kind: 'open', why: `where \`${host}\` lies is only known to the VPC's own names` }
                : { kind: 'host', host, port },
            calls: [],
            isGuess: true,
        },
    ];
}
function declaredRange(stack, network) {
    const value = network.parameter(stack, 'ExternalEgressCidr');
    if (value === undefined || value === '')
        return [];
    const name = 'ExternalEgressCidr';
    if (typeof value !== 'string' || !parseCidr(value)) {
        const why = value instanceof Unknown ? value.why : 'parameter `ExternalEgressCidr` is only known to AWS';
        return [{ name, target: { kind: 'open', why }, calls: [] }];
    }
    return [{ name: `${name} ${value}`, target: { kind: 'range', cidr: value }, calls: [] }];
}

// EXTERNAL MODULE: ./build/stacks/json-values.js
var json_values = __webpack_require__(5323);
;// CONCATENATED MODULE: ./build/stacks/reachability/evaluate.js




function evaluate(expression, scope) {
    if (expression === null || expression === undefined)
        return undefined;
    if (Array.isArray(expression))
        return expression.map(item => evaluate(item, scope)).filter(item => item !== undefined);
    if (!(0,json_values/* isRecord */.u)(expression))
        return String(expression);
    const entries = Object.entries(expression);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name !== undefined) {
        const work = name === 'Ref' ? reference : name === 'Condition' ? named : FUNCTIONS[name];
        if (work && (name !== 'Condition' || typeof argument === 'string'))
            return work(argument, scope);
        if (name.startsWith('Fn::'))
            return new Unknown(`\`${name}\` is only worked out by AWS`);
    }
    return Object.fromEntries(entries.map(([key, item]) => [key, evaluate(item, scope)]));
}
const FUNCTIONS = {
    'Fn::GetAtt': attribute,
    'Fn::Sub': substitute,
    'Fn::Join': (argument, scope) => join(listed(argument), scope),
    'Fn::Split': (argument, scope) => {
        const [separator, text] = listed(argument);
        return split(evaluate(text, scope), String(separator));
    },
    'Fn::Select': (argument, scope) => evaluate_select(listed(argument), scope),
    'Fn::If': (argument, scope) => choose(listed(argument), scope),
    'Fn::FindInMap': (argument, scope) => findInMap(listed(argument), scope),
    'Fn::ImportValue': (argument, scope) => scope.imported(evaluate(argument, scope)),
    'Fn::Cidr': (argument, scope) => ranges(listed(argument), scope),
    'Fn::Equals': (argument, scope) => {
        const [left, right] = listed(argument).map(item => evaluate(item, scope));
        return spoken(same(left, right));
    },
    'Fn::Not': (argument, scope) => spoken(negated(every(truths(argument, scope)))),
    'Fn::And': (argument, scope) => spoken(every(truths(argument, scope))),
    'Fn::Or': (argument, scope) => spoken(some(truths(argument, scope))),
};
function listed(argument) {
    return Array.isArray(argument) ? argument : [argument];
}
function spoken(truth) {
    return truth instanceof Unknown ? truth : String(truth);
}
function truths(argument, scope) {
    return listed(argument).map(item => {
        const value = evaluate(item, scope);
        return value === 'true'
            ? true
            : value === 'false'
                ? false
                : unknownOf(value, 'a condition is neither true nor false');
    });
}
function unknownOf(value, otherwise) {
    return value instanceof Unknown ? value : new Unknown(otherwise);
}
function named(argument, scope) {
    return spoken(scope.condition(String(argument)));
}
function reference(argument, scope) {
    const name = String(argument);
    if (!name.startsWith('AWS::')) {
        const resource = scope.resources.get(name);
        return resource ? attributeOf(resource, 'Ref', scope.region) : scope.parameter(name);
    }
    switch (name) {
        case 'AWS::Region':
            return scope.region;
        case 'AWS::StackName':
            return scope.stack.stackName;
        case 'AWS::Partition':
            return partition(scope.region);
        case 'AWS::URLSuffix':
            return urlSuffix(scope.region);
        case 'AWS::NoValue':
            return undefined;
        case 'AWS::AccountId':
            return new Token(undefined, name);
        default:
            return new Unknown(`\`${name}\` is only known to AWS`);
    }
}
function attribute(argument, scope) {
    const [id, ...rest] = (Array.isArray(argument) ? argument : String(argument).split('.')).map(part => rendered(evaluate(part, scope)));
    const resource = scope.resources.get(id ?? '');
    return resource
        ? attributeOf(resource, rest.join('.'), scope.region)
        : new Unknown(`resource \`${id}\` is not in the template`);
}
function substitute(argument, scope) {
    const [text, given] = listed(argument);
    const own = (0,json_values/* isRecord */.u)(given) ? given : {};
    const pieces = String(text).split(/(\$\{[^}]*\})/);
    return concatenate(pieces.map(piece => {
        const name = /^\$\{(.*)\}$/.exec(piece)?.[1]?.trim();
        if (name === undefined)
            return piece;
        if (name.startsWith('!'))
            return `\${${name.slice(1)}}`;
        if (name in own)
            return evaluate(own[name], scope);
        return name.includes('.') ? attribute(name, scope) : reference(name, scope);
    }));
}
function join([separator, items], scope) {
    const values = evaluate(items, scope);
    if (!isList(values))
        return unknownOf(values, '`Fn::Join` is given no list');
    return concatenate(values.flatMap((value, index) => (index === 0 ? [value] : [String(separator), value])));
}
function evaluate_select([index, items], scope) {
    const [at, values] = [evaluate(index, scope), evaluate(items, scope)];
    if (!isList(values))
        return unknownOf(values, '`Fn::Select` is given no list');
    return typeof at === 'string' ? values[Number(at)] : unknownOf(at, '`Fn::Select` is given no number');
}
function choose([condition, yes, no], scope) {
    const truth = scope.condition(String(condition));
    if (!(truth instanceof Unknown))
        return evaluate(truth ? yes : no, scope);
    const [first, second] = [evaluate(yes, scope), evaluate(no, scope)];
    return same(first, second) === true ? first : new Unknown(`condition \`${condition}\` is open: ${truth.why}`);
}
function findInMap([map, ...keys], scope) {
    const { Mappings } = scope.stack.template.value;
    let found = (0,json_values/* isRecord */.u)(Mappings) ? Mappings : {};
    for (const step of [map, ...keys.slice(0, 2)]) {
        const key = evaluate(step, scope);
        if (typeof key !== 'string')
            return unknownOf(key, 'the key of a mapping is only known to AWS');
        found = (0,json_values/* isRecord */.u)(found) ? found[key] : undefined;
    }
    if (found !== undefined)
        return evaluate(found, scope);
    const fallback = (0,json_values/* isRecord */.u)(keys[2]) && 'DefaultValue' in keys[2] ? keys[2].DefaultValue : undefined;
    return fallback === undefined ? new Unknown(`mapping \`${map}\` has no such key`) : evaluate(fallback, scope);
}
function ranges([block, count, bits], scope) {
    const [text, number, hostBits] = [block, count, bits].map(item => evaluate(item, scope));
    if (typeof text !== 'string')
        return unknownOf(text, 'an address range is only known to AWS');
    if (isMap(number) || typeof number !== 'string' || typeof hostBits !== 'string')
        return new Unknown('`Fn::Cidr` is given no numbers');
    return subdivide(text, Number(number), Number(hostBits)) ?? new Unknown(`\`Fn::Cidr\` does not fit into ${text}`);
}

;// CONCATENATED MODULE: ./build/stacks/reachability/scope.js




function scopesOf({ stacks }, region) {
    const scopes = new Map();
    for (const stack of stacks)
        scopes.set(stack.shortName, scopeOf(stack, region, scopes));
    return scopes;
}
function scopeOf(stack, region, scopes) {
    const resources = new Map();
    const busy = new Set();
    const guarded = (name, work) => {
        if (busy.has(name))
            return new Unknown(`\`${name}\` is defined by itself`);
        busy.add(name);
        try {
            return work();
        }
        finally {
            busy.delete(name);
        }
    };
    const scope = {
        stack,
        region,
        resources,
        parameter: name => guarded(`parameter ${name}`, () => parameterValue(name, stack, scopes)),
        condition: name => guarded(`condition ${name}`, () => conditionValue(name, scope)),
        imported: name => importedValue(name, scopes),
    };
    for (const [id, { type }] of Object.entries(stack.template.resources))
        resources.set(id, resourceOf(id, type, scope));
    return scope;
}
function resourceOf(id, type, scope) {
    const { template, shortName } = scope.stack;
    const all = (0,json_values/* isRecord */.u)(template.value.Resources) ? template.value.Resources : {};
    const raw = (0,json_values/* isRecord */.u)(all[id]) ? all[id] : {};
    const properties = (0,json_values/* isRecord */.u)(raw.Properties) ? raw.Properties : {};
    const cache = new Map();
    const hasMacro = [...(0,json_values/* argumentsOf */.a)(properties, 'Fn::Transform')].length > 0;
    return {
        stack: shortName,
        id,
        type,
        get exists() {
            return typeof raw.Condition === 'string' ? scope.condition(raw.Condition) : true;
        },
        property(name) {
            if (Object.keys(properties).some(key => key.startsWith('Fn::')) || hasMacro)
                return new Unknown(`\`${id}\` is changed when it is deployed`);
            if (!cache.has(name))
                cache.set(name, evaluate(properties[name], scope));
            return cache.get(name);
        },
        place: path => template.place(['Resources', id, ...path]),
    };
}
function conditionValue(name, scope) {
    const { Conditions } = scope.stack.template.value;
    if (!(0,json_values/* isRecord */.u)(Conditions) || !(name in Conditions))
        return new Unknown(`condition \`${name}\` is not in the template`);
    const value = evaluate(Conditions[name], scope);
    if (value instanceof Unknown)
        return value;
    return value === 'true'
        ? true
        : value === 'false'
            ? false
            : new Unknown(`condition \`${name}\` cannot be worked out`);
}
function parameterValue(name, stack, scopes) {
    const parameter = stack.parameters.find(({ declaration }) => declaration.name === name);
    if (!parameter)
        return new Unknown(`\`${name}\` is neither a parameter nor a resource`);
    const { declaration } = parameter;
    if (declaration.noEcho)
        return new Unknown(`parameter \`${name}\` is NoEcho`);
    if (declaration.type.startsWith('AWS::SSM::Parameter::Value'))
        return new Unknown(`parameter \`${name}\` is read from Parameter Store when the stack is deployed`);
    const value = sourceValue(parameter, scopes);
    return /^(List<|CommaDelimitedList)/.test(declaration.type) ? listOf(value) : value;
}
function listOf(value) {
    const items = split(value, ',');
    return Array.isArray(items) ? items.map(item => (typeof item === 'string' ? item.trim() : item)) : items;
}
function sourceValue({ declaration, source }, scopes) {
    const known = (0,sources/* knownValue */.jj)(source);
    if (known !== undefined)
        return known;
    if (source.kind === 'lookup')
        return new Token(undefined, `lookup:${source.lookup}`);
    if (source.kind !== 'output')
        return new Unknown(`parameter \`${declaration.name}\` keeps what is deployed`);
    const provider = scopes.get(source.stack);
    if (!provider)
        return new Unknown(`\`${declaration.name}\` comes from stack \`${source.stack}\`, which is not part of this run`);
    const value = outputValue(source.output, provider);
    return value === undefined ? (declaration.default ?? missing(source.stack, source.output)) : value;
}
function missing(stack, output) {
    return new Unknown(`stack \`${stack}\` has no output \`${output}\` under these values`);
}
function outputValue(name, scope) {
    const { Outputs } = scope.stack.template.value;
    const output = (0,json_values/* isRecord */.u)(Outputs) ? Outputs[name] : undefined;
    if (!(0,json_values/* isRecord */.u)(output))
        return missing(scope.stack.shortName, name);
    const exists = typeof output.Condition === 'string' ? scope.condition(output.Condition) : true;
    return exists === true ? evaluate(output.Value, scope) : exists === false ? undefined : exists;
}
function importedValue(name, scopes) {
    if (typeof name !== 'string')
        return new Unknown('the name of an import is only known to AWS');
    for (const scope of scopes.values()) {
        const { Outputs } = scope.stack.template.value;
        for (const [key, output] of Object.entries((0,json_values/* isRecord */.u)(Outputs) ? Outputs : {})) {
            if (!(0,json_values/* isRecord */.u)(output) || !(0,json_values/* isRecord */.u)(output.Export))
                continue;
            if (same(evaluate(output.Export.Name, scope), name) === true)
                return outputValue(key, scope) ?? missing(scope.stack.shortName, key);
        }
    }
    return new Unknown(`export \`${name}\` belongs to no stack of this run`);
}

;// CONCATENATED MODULE: ./build/stacks/reachability/network.js



function networkOf(plan, region) {
    const scopes = scopesOf(plan, region);
    return {
        region,
        resources: [...scopes.values()].flatMap(scope => [...scope.resources.values()].filter(resource => resource.exists !== false)),
        parameter(stack, name) {
            const scope = scopes.get(stack);
            return scope?.stack.template.parameters[name] ? scope.parameter(name) : undefined;
        },
        more: plan.leftOut.length > 0
            ? `input \`only\` leaves out ${plan.leftOut.map(name => `\`${name}\``).join(', ')}, whose resources are not seen`
            : plan.stacks.map(network_hidden).find(reason => reason !== undefined),
    };
}
const HARMLESS = /^AWS::(Serverless-2016-10-31|LanguageExtensions|SecretsManager-[\d-]+|CodeDeployBlueGreen)$/;
function network_hidden({ template }) {
    const { Transform, Resources } = template.value;
    const macros = [Transform ?? []].flat().map(macro => ((0,json_values/* isRecord */.u)(macro) ? String(macro.Name) : String(macro)));
    const macro = macros.find(name => !HARMLESS.test(name));
    if (macro)
        return `macro \`${macro}\` changes ${template.file} when it is deployed`;
    const keys = (0,json_values/* isRecord */.u)(Resources) ? Object.keys(Resources) : [];
    if (keys.some(key => key.startsWith('Fn::')) || [...(0,json_values/* argumentsOf */.a)(Resources, 'Fn::Transform')].length > 0)
        return `${template.file} is expanded when it is deployed`;
    const nested = Object.entries(template.resources).find(([, { type }]) => type === 'AWS::CloudFormation::Stack' || type.endsWith('::MODULE'));
    return nested && `what \`${nested[0]}\` in ${template.file} holds is not seen`;
}
function ofType(network, type) {
    return network.resources.filter(resource => resource.type === type);
}
function network_resourceOf(id, type) {
    const resource = id instanceof Token && id.attribute === 'Ref' ? id.resource : undefined;
    return resource?.type === type && resource.exists !== false ? resource : undefined;
}
function items(value) {
    if (value === undefined)
        return [];
    return Array.isArray(value) ? value.flatMap(items) : [value];
}
function foreign(id, what) {
    if (id instanceof Unknown)
        return id;
    return new Unknown(`${what} \`${typeof id === 'string' ? id : '…'}\` is not part of these templates`);
}

// EXTERNAL MODULE: ./build/stacks/source-document.js + 1 modules
var source_document = __webpack_require__(1965);
;// CONCATENATED MODULE: ./build/stacks/reachability/permissions.js


const MANAGED = {
    AmazonPrometheusRemoteWriteAccess: ['aps:RemoteWrite'],
    AmazonPrometheusQueryAccess: ['aps:QueryMetrics'],
    AWSXRayDaemonWriteAccess: ['xray:PutTraceSegments'],
    AWSXrayWriteOnlyAccess: ['xray:PutTraceSegments'],
};
function permissionsOf(role, network) {
    const resource = role instanceof Token ? role.resource : undefined;
    if (resource?.type !== 'AWS::IAM::Role')
        return [];
    return [
        ...items(resource.property('Policies')).flatMap(policy => (isMap(policy) ? allowed(policy.PolicyDocument) : [])),
        ...items(resource.property('ManagedPolicyArns')).flatMap(managed),
        ...attached(resource, network),
    ];
}
function attached(role, network) {
    const names = (policy) => [...items(policy.property('Roles')), policy.property('RoleName')].some(one => one instanceof Token && one.resource?.id === role.id && one.resource.stack === role.stack);
    return ['AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy']
        .flatMap(type => ofType(network, type))
        .filter(names)
        .flatMap(policy => allowed(policy.property('PolicyDocument')));
}
function managed(arn) {
    if (arn instanceof Token && arn.resource?.type === 'AWS::IAM::ManagedPolicy')
        return allowed(arn.resource.property('PolicyDocument'));
    const name = typeof arn === 'string' ? (arn.split('/').at(-1) ?? '') : '';
    return (MANAGED[name] ?? []).map(action => ({ action, resource: '*' }));
}
function allowed(document) {
    if (!isMap(document))
        return [];
    return items(document.Statement).flatMap(statement => {
        if (!isMap(statement) || statement.Effect !== 'Allow')
            return [];
        const [resource] = items(statement.Resource);
        return items(statement.Action).flatMap(action => (typeof action === 'string' ? [{ action, resource }] : []));
    });
}
function grants({ action }, service, ...actions) {
    const [prefix = '', name = ''] = action.toLowerCase().split(':');
    return prefix === service && (name === '*' || actions.some(one => one.toLowerCase() === name));
}

;// CONCATENATED MODULE: ./build/stacks/reachability/telemetry-needs.js







function settings(container) {
    return [
        ...items(container.Environment).map(pair => (isMap(pair) ? pair.Value : pair)),
        ...items(container.Command),
        ...items(container.EntryPoint),
    ];
}
function telemetryNeeds(containers, role, network) {
    const values = containers.flatMap(settings);
    const exporters = containers.flatMap(container => settings(container).flatMap(value => exportersOf(value, container)));
    const permissions = permissionsOf(role, network);
    const has = (...types) => exporters.some(({ type }) => types.includes(type));
    const call = (action, resource) => ({ action, resource, role, ownAccount: true });
    const needs = values.flatMap(value => distantPrometheus(value, network.region));
    if (values.some(value => isPrometheus(value, network.region)) ||
        (needs.length === 0 && permissions.some(one => grants(one, 'aps', 'RemoteWrite'))))
        needs.push({
            name: 'Prometheus remote write',
            target: { kind: 'service', service: 'aps-workspaces' },
            calls: [
                call('aps:RemoteWrite', workspaceArn(values, permissions.find(one => grants(one, 'aps', 'RemoteWrite'))?.resource, network)),
            ],
        });
    if (has('awsxray') || permissions.some(one => grants(one, 'xray', 'PutTraceSegments')))
        needs.push({
            name: 'X-Ray',
            target: { kind: 'service', service: 'xray' },
            calls: [call('xray:PutTraceSegments', '*')],
        });
    for (const { logGroup } of exporters.filter(({ type }) => ['awscloudwatchlogs', 'awsemf'].includes(type)))
        needs.push({
            name: 'CloudWatch Logs',
            target: { kind: 'service', service: 'logs' },
            calls: [call('logs:PutLogEvents', logStreamArn(logGroup, network))],
        });
    return [...needs, ...exporters.flatMap(({ endpoint }) => externalHost(endpoint))];
}
function exportersOf(value, container) {
    const text = rendered(value);
    if (!text.includes('exporters'))
        return [];
    const config = (0,source_document/* parseSource */.P)(text).value;
    if (!(0,json_values/* isRecord */.u)(config) || !(0,json_values/* isRecord */.u)(config.exporters) || !(0,json_values/* isRecord */.u)(config.service))
        return [];
    const all = config.exporters;
    const pipelines = Object.values((0,json_values/* isRecord */.u)(config.service.pipelines) ? config.service.pipelines : {});
    const used = pipelines.flatMap(pipeline => (0,json_values/* isRecord */.u)(pipeline) && Array.isArray(pipeline.exporters) ? pipeline.exporters.map(String) : []);
    return [...new Set(used)].map(id => {
        const exporter = (0,json_values/* isRecord */.u)(all[id]) ? all[id] : {};
        return {
            type: id.split('/')[0] ?? id,
            endpoint: String(exporter.endpoint ?? ''),
            logGroup: fromEnvironment(exporter.log_group_name, container),
        };
    });
}
function fromEnvironment(setting, container) {
    const variable = /^\$\{(?:env:)?(\w+)\}$/.exec(String(setting ?? ''))?.[1];
    if (variable === undefined)
        return typeof setting === 'string' && !/[{‹]/.test(setting) ? setting : new Unknown('the log group is not known');
    const pair = items(container.Environment).find(one => isMap(one) && one.Name === variable);
    return isMap(pair) ? pair.Value : new Unknown(`variable ${variable} is not in the template`);
}
function isPrometheus(value, region) {
    return rendered(value).includes(`://aps-workspaces.${region}.`) || workspaceIn(value) !== undefined;
}
function distantPrometheus(value, region) {
    const [, host, of] = /:\/\/(aps-workspaces\.([a-z0-9-]+)\.[^/:]+)/.exec(rendered(value)) ?? [];
    if (host === undefined || of === region)
        return [];
    return [{ name: 'Prometheus remote write', target: { kind: 'host', host, port: 443 }, calls: [] }];
}
function workspaceIn(value) {
    const parts = value instanceof Text ? value.parts : [value];
    return parts.find(part => part instanceof Token && part.resource?.type === 'AWS::APS::Workspace');
}
function workspaceArn(values, permitted, network) {
    const token = values.map(workspaceIn).find(found => found !== undefined) ?? workspaceIn(permitted);
    const [only, ...others] = ofType(network, 'AWS::APS::Workspace');
    const workspace = token?.resource ?? (others.length === 0 ? only : undefined);
    return workspace
        ? attributeOf(workspace, 'Arn', network.region)
        : new Unknown('which Prometheus workspace is meant is not known');
}
function logStreamArn(group, network) {
    return concatenate([
        `arn:${partition(network.region)}:logs:${network.region}:`,
        new Token(undefined, 'AWS::AccountId'),
        ':log-group:',
        group === undefined ? new Unknown('the log group is not known') : group,
        ':log-stream:task',
    ]);
}

;// CONCATENATED MODULE: ./build/stacks/reachability/container-needs.js





function containerNeeds(container, role, network) {
    return [
        ...imageNeeds(container.Image, role, network),
        ...logNeeds(container.LogConfiguration, role, network),
        ...secretNeeds(container, role),
    ];
}
function hostNeeds(container) {
    return settings(container).flatMap(value => externalHost(rendered(value)));
}
function imageNeeds(image, role, network) {
    const name = rendered(image);
    const registry = /^([^/]*)\.dkr\.ecr\.([a-z0-9-]+)\.([^/]+)\/([^:@]+)/.exec(name);
    if (!registry)
        return [{ name: 'image registry', target: otherRegistry(image), calls: [] }];
    const [, account = '', region = '', suffix = '', repository = ''] = registry;
    if (region !== network.region) {
        const host = (what) => ({ kind: 'host', host: `${what}.${region}.${suffix}`, port: 443 });
        return [
            { name: 'image registry API', target: host('api.ecr'), calls: [] },
            { name: 'image registry', target: host(`${account}.dkr.ecr`), calls: [] },
            { name: 'image layers', target: host('s3'), calls: [] },
        ];
    }
    const own = new Token(undefined, 'AWS::AccountId');
    const known = account === rendered(own) ? own : account;
    const repositoryArn = concatenate([`arn:${partition(region)}:ecr:${region}:`, known, `:repository/${repository}`]);
    const call = (action, resource) => ({ action, resource, role, ownAccount: known === own });
    const layers = `arn:${partition(region)}:s3:::prod-${region}-starport-layer-bucket/layer`;
    const token = call('ecr:GetAuthorizationToken', '*');
    const pulls = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'].map(action => call(action, repositoryArn));
    const advised = (one) => ({ ...one, isAdvised: true });
    return [
        {
            name: 'image registry API',
            target: { kind: 'service', service: 'ecr.api' },
            calls: [token, ...pulls.map(advised)],
        },
        {
            name: 'image registry',
            target: { kind: 'service', service: 'ecr.dkr' },
            calls: [...pulls, advised(token)],
        },
        {
            name: 'image layers',
            target: { kind: 'layers' },
            calls: [{ action: 's3:GetObject', resource: layers, role: '*', ownAccount: false }],
        },
    ];
}
function otherRegistry(image) {
    const name = rendered(image);
    if (typeof image !== 'string') {
        const open = image instanceof Text ? image.parts.find(part => part instanceof Unknown) : image;
        return {
            kind: 'open',
            why: open instanceof Unknown ? open.why : `which image \`${name}\` is, is only known to AWS`,
        };
    }
    const [first = '', ...rest] = name.split('/');
    const isHost = rest.length > 0 && /[.:]/.test(first);
    const [host = '', port = '443'] = (isHost ? first : 'registry-1.docker.io').split(':');
    return { kind: 'host', host, port: Number(port) };
}
function logNeeds(configuration, role, network) {
    if (configuration === undefined)
        return [];
    const name = 'CloudWatch Logs';
    if (!isMap(configuration))
        return [container_needs_open(name, configuration, 'how the container logs is not known')];
    if (configuration.LogDriver !== 'awslogs')
        return [];
    const options = isMap(configuration.Options) ? configuration.Options : {};
    const region = options['awslogs-region'];
    if (region instanceof Unknown)
        return [container_needs_open(name, region, '')];
    if (typeof region === 'string' && region !== network.region)
        return [{ name, target: { kind: 'host', host: `logs.${region}.amazonaws.com`, port: 443 }, calls: [] }];
    const resource = logStreamArn(options['awslogs-group'], network);
    return [
        {
            name,
            target: { kind: 'service', service: 'logs' },
            calls: ['logs:CreateLogStream', 'logs:PutLogEvents'].map(action => ({
                action,
                resource,
                role,
                ownAccount: true,
            })),
        },
    ];
}
function secretNeeds(container, role) {
    const logging = isMap(container.LogConfiguration) ? container.LogConfiguration.SecretOptions : undefined;
    const sources = [...items(container.Secrets), ...items(logging)].map(secret => isMap(secret) ? secret.ValueFrom : secret);
    const credentials = isMap(container.RepositoryCredentials)
        ? [secretsManager(container.RepositoryCredentials.CredentialsParameter, role)]
        : [];
    return [...sources.map(source => secretNeed(source, role)), ...credentials];
}
function secretNeed(source, role) {
    const [start] = source instanceof Text ? source.parts : [source];
    const type = start instanceof Token ? start.resource?.type : undefined;
    const name = rendered(source);
    if (type === 'AWS::SecretsManager::Secret' || /^arn:[^:]+:secretsmanager:/.test(name))
        return secretsManager(source, role);
    if (type !== 'AWS::SSM::Parameter' && name.startsWith('‹'))
        return container_needs_open('secrets', source, `whether ${name} is a secret or a parameter is only known to AWS`);
    const call = { action: 'ssm:GetParameters', resource: undefined, role, ownAccount: true };
    return { name: 'Parameter Store', target: { kind: 'service', service: 'ssm' }, calls: [call] };
}
function secretsManager(source, role) {
    const call = { action: 'secretsmanager:GetSecretValue', resource: source, role, ownAccount: true };
    return { name: 'Secrets Manager', target: { kind: 'service', service: 'secretsmanager' }, calls: [call] };
}
function container_needs_open(name, value, otherwise) {
    return { name, target: { kind: 'open', why: value instanceof Unknown ? value.why : otherwise }, calls: [] };
}

;// CONCATENATED MODULE: ./build/stacks/reachability/need.js
function merged(needs) {
    const byKey = new Map();
    for (const need of needs) {
        const key = `${need.name} ${JSON.stringify(need.target)}`;
        const before = byKey.get(key);
        byKey.set(key, before ? { ...before, calls: [...before.calls, ...need.calls] } : need);
    }
    return [...byKey.values()];
}

;// CONCATENATED MODULE: ./build/stacks/reachability/ecs-sites.js






function ecsSites(network) {
    return ofType(network, 'AWS::ECS::Service').flatMap(service => {
        const id = service.property('TaskDefinition');
        const definition = network_resourceOf(id, 'AWS::ECS::TaskDefinition');
        const launch = launchOf(service, definition);
        if (launch === 'elsewhere')
            return [];
        const vpc = configurationOf(service);
        return [
            {
                title: `Tasks of service \`${service.id}\``,
                stack: service.stack,
                id: service.id,
                exists: service.exists,
                subnets: vpc ? items(vpc.Subnets) : [],
                groups: vpc?.SecurityGroups === undefined ? undefined : items(vpc.SecurityGroups),
                publicIp: launch === 'instance' ? 'DISABLED' : (vpc?.AssignPublicIp ?? new Unknown('AssignPublicIp is not given')),
                needs: definition
                    ? needsOf(service, definition, launch, network)
                    : [notSeen(foreign(id, 'task definition').why)],
            },
        ];
    });
}
function notSeen(why) {
    return { name: 'what its containers need', target: { kind: 'open', why }, calls: [] };
}
function configurationOf(service) {
    const network = service.property('NetworkConfiguration');
    const vpc = isMap(network) ? (network.AwsvpcConfiguration ?? network.AwsVpcConfiguration) : undefined;
    return isMap(vpc) ? vpc : undefined;
}
function launchOf(service, definition) {
    const type = service.property('LaunchType');
    const providers = items(service.property('CapacityProviderStrategy')).map(one => isMap(one) ? one.CapacityProvider : one);
    const compatible = items(definition?.property('RequiresCompatibilities'));
    if (type === 'FARGATE' || providers.some(name => name === 'FARGATE' || name === 'FARGATE_SPOT'))
        return 'fargate';
    if (type === 'EXTERNAL')
        return 'elsewhere';
    if (type !== 'EC2' && providers.length === 0 && compatible.includes('FARGATE'))
        return 'fargate';
    return definition?.property('NetworkMode') === 'awsvpc' || configurationOf(service) ? 'instance' : 'elsewhere';
}
function needsOf(service, definition, launch, network) {
    const all = items(definition.property('ContainerDefinitions'));
    const containers = all.filter(isMap);
    const hidden = all.find(container => !isMap(container));
    const [execution, task] = [definition.property('ExecutionRoleArn'), definition.property('TaskRoleArn')];
    const before = containers.flatMap(container => containerNeeds(container, execution, network));
    return merged([
        ...(launch === 'fargate' ? before : before.map(throughInstance)),
        ...telemetryNeeds(containers, task, network),
        ...(service.property('EnableExecuteCommand') === 'true' ? [exec(task)] : []),
        ...containers.flatMap(hostNeeds),
        ...declaredRange(service.stack, network),
        ...(hidden === undefined ? [] : [notSeen(ignorance(hidden)?.why ?? `${described(hidden)} is only known to AWS`)]),
    ]);
}
function throughInstance(need) {
    const why = 'on EC2 it goes through the network of the container instance, which is not looked at';
    return { ...need, target: { kind: 'open', why } };
}
function exec(role) {
    const names = ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'];
    return {
        name: 'ECS Exec',
        target: { kind: 'service', service: 'ssmmessages' },
        calls: names.map(name => ({ action: `ssmmessages:${name}`, resource: '*', role, ownAccount: true })),
    };
}

;// CONCATENATED MODULE: ./build/stacks/reachability/grafana-sites.js



const SOURCES = [
    {
        prefix: 'aps',
        dataSource: 'PROMETHEUS',
        needs: [
            ['Prometheus queries', 'aps-workspaces', 'aps:QueryMetrics'],
            ['Prometheus management API', 'aps', 'aps:DescribeWorkspace'],
        ],
    },
    { prefix: 'cloudwatch', dataSource: 'CLOUDWATCH', needs: [['CloudWatch', 'monitoring', 'cloudwatch:GetMetricData']] },
    { prefix: 'logs', dataSource: '', needs: [['CloudWatch Logs', 'logs', 'logs:StartQuery']] },
    { prefix: 'xray', dataSource: 'XRAY', needs: [['X-Ray', 'xray', 'xray:GetTraceSummaries']] },
];
function grafanaSites(network) {
    return ofType(network, 'AWS::Grafana::Workspace').flatMap(workspace => {
        const vpc = workspace.property('VpcConfiguration');
        if (vpc === undefined)
            return [];
        return [
            {
                title: `Grafana workspace \`${workspace.id}\``,
                stack: workspace.stack,
                id: workspace.id,
                exists: workspace.exists,
                subnets: isMap(vpc) ? items(vpc.SubnetIds) : [new Unknown('its VPC configuration is not known')],
                groups: isMap(vpc) ? items(vpc.SecurityGroupIds) : undefined,
                publicIp: 'DISABLED',
                needs: grafana_sites_needsOf(workspace, network),
            },
        ];
    });
}
function grafana_sites_needsOf(workspace, network) {
    const role = workspace.property('RoleArn');
    const prefixes = permissionsOf(role, network).map(({ action }) => action.split(':')[0]?.toLowerCase());
    const dataSources = items(workspace.property('DataSources'));
    return SOURCES.filter(({ prefix, dataSource }) => prefixes.includes(prefix) || dataSources.includes(dataSource)).flatMap(({ needs }) => needs.map(([name, service, action]) => ({
        name,
        target: { kind: 'service', service },
        calls: [{ action, resource: undefined, role, ownAccount: true }],
    })));
}

;// CONCATENATED MODULE: ./build/stacks/reachability/outcome.js
function unknown({ why }) {
    return { verdict: 'unknown', because: why };
}
const WEIGHT = { blocked: 0, unknown: 1, reachable: 2 };
function worst(outcomes) {
    return outcomes.reduce((worse, one) => (WEIGHT[one.verdict] < WEIGHT[worse.verdict] ? one : worse));
}

;// CONCATENATED MODULE: ./build/stacks/reachability/routes.js




function routeTableOf(subnet, network) {
    for (const association of ofType(network, 'AWS::EC2::SubnetRouteTableAssociation')) {
        const belongs = isOf(association, 'SubnetId', subnet);
        if (belongs === false)
            continue;
        if (belongs instanceof Unknown)
            return belongs;
        if (association.exists instanceof Unknown)
            return association.exists;
        const id = association.property('RouteTableId');
        return (network_resourceOf(id, 'AWS::EC2::RouteTable') ?? new Unknown(`route table ${described(id)} is not in these templates`));
    }
    return undefined;
}
function isOf(resource, property, other) {
    const id = resource.property(property);
    const found = network_resourceOf(id, other.type);
    if (found)
        return found.id === other.id && found.stack === other.stack;
    if (id === undefined || same(id, new Token(other, 'Ref')) === false)
        return false;
    return new Unknown(id instanceof Unknown
        ? `\`${resource.id}\` may belong to \`${other.id}\`: ${id.why}`
        : `\`${resource.id}\` names ${described(id)}, which may be \`${other.id}\``);
}
function wayOut(subnet, cidr, hasPublicIp, network) {
    const table = routeTableOf(subnet, network);
    if (table instanceof Unknown)
        return unknown(table);
    if (!table) {
        return {
            verdict: 'blocked',
            because: `\`${subnet.id}\` has no route table of its own, and the VPC's main one leads nowhere`,
            add: `an AWS::EC2::SubnetRouteTableAssociation of \`${subnet.id}\` with a table that has a route to \`${cidr}\``,
            place: subnet.place([]),
        };
    }
    const route = routeTo(cidr, table, network);
    if (route instanceof Unknown)
        return unknown(route);
    if (!route) {
        return {
            verdict: 'blocked',
            because: `route table \`${table.id}\` of \`${subnet.id}\` has no route to \`${cidr}\``,
            add: `an AWS::EC2::Route to \`${table.id}\` with DestinationCidrBlock ${cidr} and a NatGatewayId`,
            place: table.place([]),
        };
    }
    if (route.exists instanceof Unknown)
        return unknown(route.exists);
    return route.property('NatGatewayId') !== undefined
        ? throughNat(route, subnet, network)
        : throughGateway(route, subnet, hasPublicIp, network);
}
function routeTo(cidr, table, network) {
    const wanted = parseCidr(cidr);
    let best;
    for (const route of ofType(network, 'AWS::EC2::Route')) {
        const belongs = isOf(route, 'RouteTableId', table);
        if (belongs === false)
            continue;
        const block = route.property('DestinationCidrBlock');
        if (belongs instanceof Unknown || block instanceof Unknown)
            return belongs instanceof Unknown ? belongs : block;
        const range = typeof block === 'string' ? parseCidr(block) : undefined;
        if (!range || !wanted || !contains(range, wanted))
            continue;
        const size = range.to - range.from;
        if (!best || size < best.size)
            best = { route, size };
    }
    return best?.route;
}
function throughNat(route, subnet, network) {
    const id = route.property('NatGatewayId');
    const nat = network_resourceOf(id, 'AWS::EC2::NatGateway');
    if (!nat)
        return unknown(id instanceof Unknown ? id : new Unknown(`NAT gateway ${described(id)} is not in these templates`));
    if (nat.exists instanceof Unknown)
        return unknown(nat.exists);
    if (nat.property('ConnectivityType') === 'private') {
        return {
            verdict: 'blocked',
            because: `NAT gateway \`${nat.id}\` is private`,
            add: `\`ConnectivityType: public\` and an AllocationId to \`${nat.id}\``,
            place: nat.place(['Properties', 'ConnectivityType']),
        };
    }
    const place = nat.property('SubnetId');
    const home = network_resourceOf(place, 'AWS::EC2::Subnet');
    if (!home)
        return unknown(new Unknown(`subnet ${described(place)} of NAT gateway \`${nat.id}\` is not in these templates`));
    if (home.id === subnet.id && home.stack === subnet.stack)
        return unknown(new Unknown(`NAT gateway \`${nat.id}\` stands in the subnet that it serves`));
    const beyond = wayOut(home, '0.0.0.0/0', 'ENABLED', network);
    return beyond.verdict === 'reachable'
        ? { verdict: 'reachable', through: `\`${nat.id}\``, because: `\`${subnet.id}\` has a route to it` }
        : beyond;
}
function throughGateway(route, subnet, hasPublicIp, network) {
    const id = route.property('GatewayId');
    const gateway = network_resourceOf(id, 'AWS::EC2::InternetGateway');
    if (!gateway) {
        const reason = id instanceof Unknown ? id.why : `\`${route.id}\` leads to something whose own ways are not seen`;
        return unknown(new Unknown(reason));
    }
    const attached = ofType(network, 'AWS::EC2::VPCGatewayAttachment').some(attachment => isOf(attachment, 'InternetGatewayId', gateway) !== false);
    if (!attached) {
        return {
            verdict: 'blocked',
            because: `\`${gateway.id}\` is attached to no VPC`,
            add: `an AWS::EC2::VPCGatewayAttachment of \`${gateway.id}\` to the VPC of \`${subnet.id}\``,
            place: gateway.place([]),
        };
    }
    if (hasPublicIp instanceof Unknown)
        return unknown(hasPublicIp);
    if (hasPublicIp === 'ENABLED')
        return { verdict: 'reachable', through: `\`${gateway.id}\``, because: 'it has a public address' };
    return {
        verdict: 'blocked',
        because: `\`${subnet.id}\` leads to \`${gateway.id}\`, which carries only what has a public address`,
        add: '`AssignPublicIp: ENABLED` to its AwsvpcConfiguration, or a route to a NAT gateway',
        place: route.place([]),
    };
}
function ownAcl(subnet, network) {
    const found = ofType(network, 'AWS::EC2::SubnetNetworkAclAssociation').find(association => same(association.property('SubnetId'), subnetId(subnet)) === true);
    return found && new Unknown(`\`${subnet.id}\` has a network ACL of its own, whose rules are not worked out`);
}
function subnetId(subnet) {
    return new Token(subnet, 'Ref');
}
function lists(ids, other) {
    const all = items(ids);
    if (all.some(id => {
        const found = network_resourceOf(id, other.type);
        return found?.id === other.id && found.stack === other.stack;
    }))
        return true;
    const open = all.find(id => id instanceof Unknown || typeof id === 'string');
    return open === undefined ? false : new Unknown(`whether ${described(open)} is \`${other.id}\` is only known to AWS`);
}

;// CONCATENATED MODULE: ./build/stacks/reachability/endpoints.js



function endpointsOf(service, type, vpc, network) {
    return ofType(network, 'AWS::EC2::VPCEndpoint').filter(endpoint => {
        const name = endpoint.property('ServiceName');
        return (typeof name === 'string' &&
            new RegExp(`^(cn\\.)?com\\.amazonaws\\.${network.region}\\.${service.replaceAll('.', '\\.')}$`).test(name) &&
            (endpoint.property('VpcEndpointType') ?? 'Gateway') === type &&
            isOf(endpoint, 'VpcId', vpc) === true);
    });
}
function maybeEndpoint(vpc, network) {
    for (const endpoint of ofType(network, 'AWS::EC2::VPCEndpoint')) {
        const open = ignorance(endpoint.property('ServiceName')) ?? ignorance(endpoint.property('VpcEndpointType'));
        if (open)
            return new Unknown(`\`${endpoint.id}\` may be its endpoint: ${open.why}`);
        const belongs = isOf(endpoint, 'VpcId', vpc);
        if (belongs instanceof Unknown)
            return belongs;
    }
    return undefined;
}
function groupsOf(endpoint, vpc) {
    const given = endpoint.property('SecurityGroupIds');
    return given === undefined ? [new Token(vpc, 'DefaultSecurityGroup')] : items(given);
}
function isOn(resource, property, absent) {
    const value = resource.property(property);
    if (value === undefined)
        return absent;
    if (typeof value === 'string')
        return value.toLowerCase() === 'true';
    return ignorance(value) ?? new Unknown(`${property} of ${described(value)} is not known`);
}

;// CONCATENATED MODULE: ./build/stacks/reachability/security-groups.js



function allows(groups, direction, peer, port, network) {
    return some(groups.map(group => groupAllows(group, direction, peer, port, network)));
}
function groupAllows(group, direction, peer, port, network) {
    const { rules, complete } = rulesOf(group, direction, network);
    const found = some(rules.map(rule => every([rule.exists, hasPort(rule, port), matches(rule, peer)])));
    return found === false && complete instanceof Unknown ? complete : found;
}
function rulesOf(group, direction, network) {
    const name = direction === 'egress' ? 'SecurityGroupEgress' : 'SecurityGroupIngress';
    const rules = [];
    let complete = true;
    for (const resource of ofType(network, `AWS::EC2::${name}`)) {
        const belongs = same(resource.property('GroupId'), group);
        if (belongs === true)
            rules.push(ruleOf(key => resource.property(key), direction, resource.exists));
        else if (belongs instanceof Unknown)
            complete = belongs;
    }
    const resource = network_resourceOf(group, 'AWS::EC2::SecurityGroup');
    if (resource) {
        const inline = resource.property(name);
        if (ignorance(inline))
            complete = ignorance(inline) ?? complete;
        for (const rule of items(inline)) {
            if (isMap(rule))
                rules.push(ruleOf(key => rule[key], direction, true));
            else
                complete = rule instanceof Unknown ? rule : new Unknown(`a rule of \`${resource.id}\` is not readable`);
        }
        if (direction === 'egress' && (inline === undefined || (isList(inline) && inline.length === 0)))
            rules.push(EVERYTHING);
    }
    else if (isDefaultGroup(group)) {
        rules.push(direction === 'egress' ? EVERYTHING : { ...EVERYTHING, cidr: undefined, group });
    }
    else
        complete = foreign(group, 'security group');
    return { rules, complete };
}
function isDefaultGroup(group) {
    return group instanceof Token && group.attribute === 'DefaultSecurityGroup';
}
const EVERYTHING = {
    protocol: '-1',
    from: undefined,
    to: undefined,
    cidr: '0.0.0.0/0',
    group: undefined,
    prefixList: undefined,
    exists: true,
};
function ruleOf(read, direction, exists) {
    const side = direction === 'egress' ? 'Destination' : 'Source';
    return {
        protocol: read('IpProtocol'),
        from: read('FromPort'),
        to: read('ToPort'),
        cidr: read('CidrIp'),
        group: read(`${side}SecurityGroupId`),
        prefixList: read(`${side}PrefixListId`),
        exists,
    };
}
function hasPort({ protocol, from, to }, port) {
    if (protocol === '-1')
        return true;
    if (typeof protocol !== 'string')
        return ignorance(protocol) ?? new Unknown('the protocol of a rule is not known');
    if (!['tcp', '6'].includes(protocol.toLowerCase()))
        return false;
    if (typeof from !== 'string' || typeof to !== 'string')
        return ignorance(from) ?? ignorance(to) ?? new Unknown('the ports of a rule are not known');
    return Number(from) <= port && port <= Number(to);
}
function matches({ cidr, group, prefixList }, peer) {
    if (group !== undefined)
        return some(peer.groups.map(other => same(group, other)));
    if (prefixList !== undefined)
        return prefixListHas(prefixList, peer);
    return cidr === undefined ? false : covers(cidr, peer);
}
function prefixListHas(list, peer) {
    if (list instanceof Token && list.key === 'lookup:s3-prefix-list')
        return peer.address === 's3';
    const own = network_resourceOf(list, 'AWS::EC2::PrefixList');
    if (own)
        return some(items(own.property('Entries')).map(entry => (isMap(entry) ? covers(entry.Cidr, peer) : false)));
    return ignorance(list) ?? new Unknown(`whose addresses prefix list ${described(list)} holds is only known to AWS`);
}
function covers(cidr, { address, vpc }) {
    if (cidr === '0.0.0.0/0')
        return true;
    const ownRange = cidr instanceof Token && cidr.attribute === 'CidrBlock' ? cidr.resource : undefined;
    if (ownRange && vpc)
        return ownRange.id === vpc.id && ownRange.stack === vpc.stack;
    if (typeof cidr !== 'string')
        return ignorance(cidr) ?? new Unknown(`range ${described(cidr)} is only known to AWS`);
    const range = parseCidr(cidr);
    if (!range)
        return new Unknown(`\`${cidr}\` is no IPv4 range`);
    if (address === 'public' || address === 's3')
        return isPrivate(range) ? false : new Unknown(`whether \`${cidr}\` holds the addresses is not known`);
    const other = typeof address === 'string' ? parseCidr(address) : undefined;
    if (!other)
        return ignorance(address) ?? new Unknown('the addresses of the other end are not known');
    if (contains(range, other))
        return true;
    return isDisjoint(range, other) ? false : new Unknown(`\`${cidr}\` covers only a part of \`${address}\``);
}

;// CONCATENATED MODULE: ./build/stacks/reachability/security-path.js







const OPEN = { verdict: 'reachable', through: '', because: 'its security groups let it out' };
function outwards(origin, peer, where, port, network) {
    const truth = allows(origin.groups, 'egress', peer, port, network);
    if (truth instanceof Unknown)
        return unknown(truth);
    return truth ? OPEN : security_path_closed('egress', origin.groups, where, destinationOf(peer), port);
}
function throughGroups(origin, endpoint, network) {
    const groups = groupsOf(endpoint, origin.vpc);
    const homes = items(endpoint.property('SubnetIds')).map(id => network_resourceOf(id, 'AWS::EC2::Subnet'));
    const where = groups.map(described).join(', ');
    const out = every(homes.map(home => {
        const address = home?.property('CidrBlock') ?? new Unknown(`a subnet of \`${endpoint.id}\` is not in these templates`);
        return allows(origin.groups, 'egress', { groups, address, vpc: origin.vpc }, 443, network);
    }));
    const source = { groups: origin.groups, address: origin.subnet.property('CidrBlock'), vpc: origin.vpc };
    const into = allows(groups, 'ingress', source, 443, network);
    const acl = homes.map(home => home && ownAcl(home, network)).find(found => found !== undefined);
    return worst([
        out === false
            ? security_path_closed('egress', origin.groups, where, destinationOf({ groups, address: '' }), 443)
            : out === true
                ? OPEN
                : unknown(out),
        into === false ? refused(groups, origin.groups) : into === true ? OPEN : unknown(into),
        acl ? unknown(acl) : OPEN,
    ]);
}
function destinationOf({ groups: [group], address }) {
    if (group !== undefined)
        return `\`DestinationSecurityGroupId\` ${described(group)}`;
    if (address === 's3')
        return "the Region's S3 list as `DestinationPrefixListId` (in the stacks file: `{ lookup: s3-prefix-list }`)";
    return `\`CidrIp: ${typeof address === 'string' && address !== 'public' ? address : '0.0.0.0/0'}\``;
}
function security_path_closed(direction, groups, where, peer, port) {
    const [group] = groups;
    const names = groups.map(described).join(', ');
    return blocked(group, direction, `no egress rule of ${names} lets TCP ${port} out to ${where}`, `an egress rule on TCP ${port} with ${peer} to ${described(group)}`);
}
function refused(groups, sources) {
    const [group, source] = [groups[0], sources[0]];
    const names = groups.map(described).join(', ');
    const because = `no ingress rule of ${names} lets TCP 443 in from ${sources.map(described).join(', ')}`;
    return blocked(group, 'ingress', because, `an ingress rule on TCP 443 with \`SourceSecurityGroupId\` ${described(source)} to ${described(group)}`);
}
function blocked(group, direction, because, add) {
    const resource = group instanceof Token ? group.resource : undefined;
    if (!resource)
        return unknown(new Unknown(`${because}, as far as these templates show`));
    const property = direction === 'egress' ? 'SecurityGroupEgress' : 'SecurityGroupIngress';
    return { verdict: 'blocked', because, add, place: resource.place(['Properties', property]) };
}
function isLocal(cidr, vpc) {
    const block = vpc.property('CidrBlock');
    const [outer, inner] = [typeof block === 'string' ? parseCidr(block) : undefined, parseCidr(cidr)];
    return outer !== undefined && inner !== undefined && contains(outer, inner);
}

;// CONCATENATED MODULE: ./build/stacks/reachability/endpoint-policy.js


function passes(document, call, network) {
    if (document === undefined)
        return true;
    if (!isMap(document))
        return ignorance(document) ?? new Unknown('the policy is no document');
    const statements = items(document.Statement);
    const judged = statements.map(statement => ({
        effect: isMap(statement) ? statement.Effect : undefined,
        applies: isMap(statement)
            ? appliesTo(statement, call, network)
            : (ignorance(statement) ?? new Unknown('a statement is not readable')),
    }));
    const of = (effect) => some(judged.filter(one => one.effect === effect || one.effect === undefined).map(({ applies }) => applies));
    return every([of('Allow'), negated(some(judged.filter(one => one.effect === 'Deny').map(({ applies }) => applies)))]);
}
function appliesTo(statement, call, network) {
    return every([
        statement.NotAction === undefined
            ? some(items(statement.Action).map(pattern => hasAction(pattern, call.action)))
            : negated(some(items(statement.NotAction).map(pattern => hasAction(pattern, call.action)))),
        statement.NotResource === undefined
            ? some(items(statement.Resource).map(pattern => hasResource(pattern, call.resource)))
            : new Unknown('the endpoint policy uses NotResource'),
        hasPrincipal(statement.Principal, call),
        every(conditions(statement.Condition, call, network)),
    ]);
}
function hasAction(pattern, action) {
    return typeof pattern === 'string'
        ? wildcard(pattern.toLowerCase()).test(action.toLowerCase())
        : (ignorance(pattern) ?? false);
}
function hasResource(pattern, resource) {
    if (pattern === '*')
        return true;
    const unknown = ignorance(pattern) ?? ignorance(resource);
    if (unknown)
        return unknown;
    if (resource === undefined)
        return new Unknown('what the call is about is not known');
    const [shape, name] = [rendered(pattern), rendered(resource)];
    if (wildcard(shape).test(name))
        return true;
    const differ = new Unknown(`whether the endpoint policy's ${shape} holds ${name} is only known to AWS`);
    return isComparable(shape) && isComparable(name) && !wildcard(anyAccount(shape)).test(anyAccount(name))
        ? false
        : differ;
}
function anyAccount(text) {
    return text.replaceAll(/‹AWS::AccountId›|\b\d{12}\b/g, 'account');
}
function isComparable(text) {
    return !text.replaceAll('‹AWS::AccountId›', '').includes('‹');
}
function wildcard(pattern) {
    const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
function hasPrincipal(principal, { role }) {
    if (principal === undefined || principal === '*')
        return true;
    if (!isMap(principal))
        return ignorance(principal) ?? false;
    const open = new Unknown('whether a principal of the endpoint policy is the task is only known to AWS');
    return some(items(principal.AWS).map(one => {
        if (one === '*' || rendered(one) === '‹AWS::AccountId›')
            return true;
        if (/^arn:[\w-]+:iam::‹AWS::AccountId›:root$/.test(rendered(one)))
            return true;
        return same(one, role) === true ? true : one instanceof Token && role instanceof Token ? same(one, role) : open;
    }));
}
function conditions(block, call, network) {
    if (block === undefined)
        return [];
    if (!isMap(block))
        return [ignorance(block) ?? new Unknown('a condition of the endpoint policy is not readable')];
    return Object.entries(block).flatMap(([operator, pairs]) => Object.entries(isMap(pairs) ? pairs : {}).map(([key, wanted]) => {
        const actual = contextOf(key.toLowerCase(), call, network);
        const open = new Unknown(`condition ${operator} ${key} of the endpoint policy is only worked out by AWS`);
        if (actual === undefined)
            return open;
        const found = some(items(wanted).map(one => (rendered(one) === rendered(actual) ? true : same(one, actual))));
        if (/^(StringEquals|StringLike|ArnEquals|ArnLike|Bool)(IfExists)?$/.test(operator))
            return found;
        return /^(StringNotEquals|StringNotLike|ArnNotEquals|ArnNotLike)(IfExists)?$/.test(operator)
            ? negated(found)
            : open;
    }));
}
function contextOf(key, { role, ownAccount }, network) {
    switch (key) {
        case 'aws:principalaccount':
            return new Token(undefined, 'AWS::AccountId');
        case 'aws:resourceaccount':
            return ownAccount ? new Token(undefined, 'AWS::AccountId') : undefined;
        case 'aws:requestedregion':
            return network.region;
        case 'aws:securetransport':
            return 'true';
        case 'aws:principalarn':
            return role;
        default:
            return undefined;
    }
}

;// CONCATENATED MODULE: ./build/stacks/reachability/service-path.js






function servicePath(service, need, origin, network) {
    const endpoints = endpointsOf(service, 'Interface', origin.vpc, network);
    const named = endpoints.find(endpoint => isOn(endpoint, 'PrivateDnsEnabled', false) === true);
    if (named)
        return throughEndpoint(named, need, origin, network);
    const [other] = endpoints;
    const open = maybeEndpoint(origin.vpc, network) ?? (other && undecidedDns(other));
    const way = wayOut(origin.subnet, '0.0.0.0/0', origin.site.publicIp, network);
    if (open)
        return unknown(open);
    if (way.verdict !== 'blocked') {
        const gate = outwards(origin, { groups: [], address: 'public' }, 'the internet', 443, network);
        return worst([way, gate]);
    }
    if (other) {
        return {
            verdict: 'blocked',
            because: `\`${other.id}\` does not take the service's name, and ${way.because}`,
            add: `\`PrivateDnsEnabled: true\` to \`${other.id}\``,
            place: other.place(['Properties', 'PrivateDnsEnabled']),
        };
    }
    return withoutEndpoint(service, way, origin, network);
}
function undecidedDns(endpoint) {
    if (endpoint.property('PrivateDnsEnabled') === undefined)
        return new Unknown(`\`${endpoint.id}\` does not say PrivateDnsEnabled`);
    const isOnOrNot = isOn(endpoint, 'PrivateDnsEnabled', false);
    return isOnOrNot instanceof Unknown ? isOnOrNot : undefined;
}
function withoutEndpoint(service, way, { vpc }, { region }) {
    if (way.verdict !== 'blocked')
        return way;
    const because = `\`${vpc.id}\` has no interface endpoint of it, and ${way.because}`;
    if (/AssignPublicIp|ConnectivityType|GatewayAttachment/.test(way.add))
        return { ...way, because };
    const prefix = region.startsWith('cn-') ? 'cn.' : '';
    return {
        verdict: 'blocked',
        because,
        add: `an AWS::EC2::VPCEndpoint of type Interface for ${prefix}com.amazonaws.${region}.${service} to \`${vpc.id}\`, with \`PrivateDnsEnabled: true\``,
        place: vpc.place([]),
    };
}
function throughEndpoint(endpoint, need, origin, network) {
    if (endpoint.exists instanceof Unknown)
        return unknown(endpoint.exists);
    return worst([
        { verdict: 'reachable', through: `\`${endpoint.id}\``, because: 'its name leads to the endpoint' },
        namesResolve(origin.vpc),
        throughGroups(origin, endpoint, network),
        policyOf(endpoint, need, network),
    ]);
}
function namesResolve(vpc) {
    for (const [property, absent] of [
        ['EnableDnsSupport', true],
        ['EnableDnsHostnames', false],
    ]) {
        const truth = isOn(vpc, property, absent);
        if (truth instanceof Unknown)
            return unknown(truth);
        if (!truth) {
            return {
                verdict: 'blocked',
                because: `private DNS names of endpoints do not work in \`${vpc.id}\` without ${property}`,
                add: `\`${property}: true\` to \`${vpc.id}\``,
                place: vpc.place(['Properties', property]),
            };
        }
    }
    return { verdict: 'reachable', through: '', because: 'names resolve' };
}
function policyOf(endpoint, need, network) {
    const document = endpoint.property('PolicyDocument');
    const judged = need.calls.map(call => ({ call, truth: passes(document, call, network) }));
    const refused = judged.filter(({ call, truth }) => truth === false && !call.isAdvised).map(({ call }) => call);
    const [first] = refused;
    if (first) {
        const actions = [...new Set(refused.map(({ action }) => action))].join(', ');
        const on = first.resource === undefined || ignored(first.resource) ? '' : ` on ${described(first.resource)}`;
        return {
            verdict: 'blocked',
            because: `the policy of \`${endpoint.id}\` does not allow ${actions}${on}`,
            add: `a statement that allows ${actions}${on} to the PolicyDocument of \`${endpoint.id}\``,
            place: endpoint.place(['Properties', 'PolicyDocument']),
        };
    }
    const advised = judged.find(({ call, truth }) => truth === false && call.isAdvised)?.call;
    const truth = every(judged.map(one => one.truth));
    if (advised)
        return unknown(new Unknown(`the policy of \`${endpoint.id}\` does not allow ${advised.action}, as AWS advises for it`));
    return truth instanceof Unknown
        ? unknown(truth)
        : { verdict: 'reachable', through: '', because: 'its policy allows it' };
}
function ignored(resource) {
    return rendered(resource) === '*' || rendered(resource).includes('‹?›');
}

;// CONCATENATED MODULE: ./build/stacks/reachability/layers-path.js






function layersPath(need, origin, network) {
    const { subnet, vpc, site } = origin;
    const table = routeTableOf(subnet, network);
    if (table instanceof Unknown)
        return unknown(table);
    const gateways = endpointsOf('s3', 'Gateway', vpc, network);
    const standing = table && gateways.map(gateway => ({ gateway, has: lists(gateway.property('RouteTableIds'), table) }));
    const gate = outwards(origin, { groups: [], address: 's3' }, 'S3', 443, network);
    const found = standing?.find(({ has }) => has === true)?.gateway;
    if (found) {
        if (found.exists instanceof Unknown)
            return unknown(found.exists);
        const through = { verdict: 'reachable', through: `\`${found.id}\``, because: 'a route of its table' };
        return worst([through, gate, policyOf(found, need, network)]);
    }
    const open = standing?.map(({ has }) => has).find(has => has instanceof Unknown) ?? maybeEndpoint(vpc, network);
    if (open)
        return unknown(open);
    const way = wayOut(subnet, '0.0.0.0/0', site.publicIp, network);
    return way.verdict === 'blocked' ? layers_path_missing(way, gateways[0], table, origin, network) : worst([way, gate]);
}
function layers_path_missing(way, gateway, table, { subnet, vpc }, { region }) {
    if (gateway && table) {
        return {
            verdict: 'blocked',
            because: `\`${gateway.id}\` is not on route table \`${table.id}\` of \`${subnet.id}\``,
            add: `\`${table.id}\` to the RouteTableIds of \`${gateway.id}\``,
            place: gateway.place(['Properties', 'RouteTableIds']),
        };
    }
    if (gateway) {
        return {
            verdict: 'blocked',
            because: `\`${subnet.id}\` has no route table of its own, and \`${gateway.id}\` is not on the VPC's main one`,
            add: `an AWS::EC2::SubnetRouteTableAssociation of \`${subnet.id}\` with a route table that \`${gateway.id}\` lists`,
            place: subnet.place([]),
        };
    }
    const because = `\`${vpc.id}\` has no gateway endpoint of S3, and ${way.because}`;
    if (/AssignPublicIp|ConnectivityType|GatewayAttachment/.test(way.add))
        return { ...way, because };
    return {
        verdict: 'blocked',
        because,
        add: `an AWS::EC2::VPCEndpoint of type Gateway for com.amazonaws.${region}.s3 to \`${vpc.id}\`, with the route table of \`${subnet.id}\` in RouteTableIds`,
        place: vpc.place([]),
    };
}

;// CONCATENATED MODULE: ./build/stacks/reachability/path.js








function decide(need, site, network) {
    if (need.target.kind === 'open')
        return unknown(new Unknown(need.target.why));
    const [first, ...rest] = site.subnets.map(id => fromSubnet(need, site, id, network));
    if (!first)
        return unknown(new Unknown(`the subnets of \`${site.id}\` are not given`));
    const outcome = worst([first, ...rest]);
    const doubt = network.more ?? (site.exists instanceof Unknown ? site.exists.why : undefined);
    return outcome.verdict === 'blocked' && doubt !== undefined
        ? { verdict: 'unknown', because: `${outcome.because}, but ${doubt}` }
        : outcome;
}
function fromSubnet(need, site, id, network) {
    const subnet = network_resourceOf(id, 'AWS::EC2::Subnet');
    const vpc = subnet && network_resourceOf(subnet.property('VpcId'), 'AWS::EC2::VPC');
    if (!subnet || !vpc)
        return fromForeign(need, site, subnet ? foreign(subnet.property('VpcId'), 'VPC') : foreign(id, 'subnet'), network);
    if (subnet.exists instanceof Unknown)
        return unknown(subnet.exists);
    const origin = { site, subnet, vpc, groups: site.groups ?? [new Token(vpc, 'DefaultSecurityGroup')] };
    const outcome = along(need, origin, network);
    const acl = outcome.verdict === 'reachable' ? ownAcl(subnet, network) : undefined;
    return acl ? unknown(acl) : outcome;
}
function along(need, origin, network) {
    const { target } = need;
    switch (target.kind) {
        case 'service':
            return servicePath(target.service, need, origin, network);
        case 'layers':
            return layersPath(need, origin, network);
        case 'host':
            return outside(origin, 'public', '0.0.0.0/0', target.port, network);
        case 'range':
            return isLocal(target.cidr, origin.vpc)
                ? inside(origin, target.cidr, network)
                : outside(origin, target.cidr === '0.0.0.0/0' ? 'public' : target.cidr, target.cidr, 443, network);
        case 'open':
            return unknown(new Unknown(target.why));
    }
}
function inside(origin, cidr, network) {
    const peer = { groups: [], address: cidr, vpc: origin.vpc };
    const way = { verdict: 'reachable', through: `\`${origin.vpc.id}\``, because: 'it is a part of the VPC' };
    return worst([way, outwards(origin, peer, `\`${cidr}\``, 443, network)]);
}
function outside(origin, address, cidr, port, network) {
    const way = wayOut(origin.subnet, cidr, origin.site.publicIp, network);
    const gate = outwards(origin, { groups: [], address }, cidr === '0.0.0.0/0' ? 'the internet' : `\`${cidr}\``, port, network);
    return worst([way, gate]);
}
function fromForeign(need, site, why, network) {
    const { kind } = need.target;
    const address = kind === 'layers' ? 's3' : kind === 'host' ? 'public' : undefined;
    const cannotLeave = address !== undefined &&
        site.groups !== undefined &&
        allows(site.groups, 'egress', { groups: [], address }, kind === 'host' ? need.target.port : 443, network) === false;
    if (!cannotLeave || !site.groups)
        return unknown(why);
    const origin = { site, groups: site.groups };
    return outwards(origin, { groups: [], address }, kind === 'layers' ? 'S3' : 'the internet', 443, network);
}

;// CONCATENATED MODULE: ./build/stacks/reachability/reachability.js




function reachability(plan, region) {
    const network = networkOf(plan, region);
    return [...ecsSites(network), ...grafanaSites(network)].flatMap(site => site.needs.map(need => ({
        ...decide(need, site, network),
        service: `${site.stack}.${site.id}`,
        title: site.title,
        need: need.name,
        isGuess: need.isGuess === true,
    })));
}
function reachabilityFaults(findings) {
    const groups = new Map();
    for (const finding of findings) {
        if (finding.verdict !== 'blocked')
            continue;
        const key = `${finding.service} ${finding.add}`;
        const group = groups.get(key) ?? { first: finding, needs: [] };
        group.needs.push(finding.need);
        groups.set(key, group);
    }
    return [...groups.values()].map(({ first, needs }) => ({
        what: `${first.title} cannot reach ${sequence(needs)}`,
        seen: first.because,
        fix: `Add ${first.add}`,
        place: first.place,
    }));
}
function sequence(names) {
    return names.length <= 1 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

// EXTERNAL MODULE: ./build/actions/stack-run.js + 3 modules
var stack_run = __webpack_require__(5866);
;// CONCATENATED MODULE: ./build/actions/deploy/judge-reachability.js


function judgeReachability(findings, mode, host) {
    const isBinding = ({ isGuess }) => mode === 'enforce' && !isGuess;
    for (const fault of reachabilityFaults(findings.filter(finding => !isBinding(finding)))) {
        host.annotate('warning', (0,runner_fault/* renderFault */.L4)(fault), { place: fault.place });
    }
    const faults = reachabilityFaults(findings.filter(isBinding));
    (0,runner_fault/* throwIfAny */.MI)(faults.map(fault => ({ ...fault, fix: `${fault.fix}; input \`reachability: warn\` goes on without it` })));
}

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
    (0,runner_fault/* throwIfAny */.MI)(faults);
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
        reachability: {
            kind: 'enum',
            values: ['enforce', 'warn', 'off'],
            description: 'What happens when the plan shows that tasks cannot reach what they need, such as their image: `enforce` ends the run before anything is written, `warn` says so and goes on, `off` does not look.',
            default: 'enforce',
            advanced: true,
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
    const findings = inputs.reachability === 'off' ? [] : reachability(plan, session.region);
    const view = await showPlan(plan, findings, `Plan for ${plan.prefix} in ${(0,words/* whereabouts */.CJ)(session)}`, host);
    judgeReachability(findings, inputs.reachability, host);
    const cloudFormation = (0,cloudformation_aws/* cloudFormationOf */.Y)(session);
    const signal = (0,cancellation/* withTimeout */.wj)(cancelled, inputs.timeout);
    const reads = Promise.all([(0,deploy/* readSnapshots */.yj)(plan, cloudFormation), lookUpAll((0,deploy/* neededLookups */.nU)(plan), session)]);
    const [snapshots, lookups] = await (0,cancellation/* orAbort */.KP)(reads, signal);
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
async function showPlan(plan, findings, title, host) {
    const view = describePlan(plan, findings);
    await (0,runner_host/* inGroup */.H)(host, title, async () => host.line((0,plan_view/* planLines */.H)(view).join('\n')));
    return view;
}


/***/ })

};
