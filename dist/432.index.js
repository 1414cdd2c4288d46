export const id = 432;
export const ids = [432];
export const modules = {

/***/ 8893:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ credentialInputs),
/* harmony export */   m: () => (/* binding */ stackInputs)
/* harmony export */ });
const stackInputs = {
    'stack-prefix': {
        kind: 'string',
        description: 'Stack names start with this: `<prefix>-vpc-alb`, `<prefix>-monitoring`, `<prefix>-ecs-app`.',
        default: 'ecs-adot-amp-amg',
        pattern: {
            regex: /^[a-zA-Z][a-zA-Z0-9-]{0,99}$/,
            accepts: 'a letter, then up to 99 letters, digits and hyphens, as CloudFormation wants of stack names',
        },
    },
    'aws-region': {
        kind: 'string',
        description: "The AWS region. Default: the environment's (`AWS_REGION`, `AWS_DEFAULT_REGION`), else `us-east-1`.",
        pattern: { regex: /^[a-z]{2,}(-[a-z]+)+-\d+$/, accepts: 'a region such as `eu-central-1`' },
    },
    'stacks-file': {
        kind: 'string',
        description: 'The file that lists the stacks, relative to the workspace. Default: the three stacks that zap-obs brings. Templates are named relative to this file.',
    },
    only: {
        kind: 'list',
        description: 'Short names of the stacks to work on, separated by commas. Default: all.',
        advanced: true,
    },
};
const credentialInputs = {
    'role-to-assume': {
        kind: 'string',
        description: "ARN of a role to assume with the runner's OIDC token (`permissions: id-token: write`). Renewed while the run lasts and never exported. Default: the credentials that the job has.",
        pattern: {
            regex: /^arn:[\w-]+:iam::\d{12}:role\/.+$/,
            accepts: "a role's ARN such as `arn:aws:iam::123456789012:role/deploy`",
        },
        advanced: true,
    },
    'role-session-name': {
        kind: 'string',
        description: 'The session name that CloudTrail shows.',
        default: 'zap-obs',
        pattern: { regex: /^[\w+=,.@-]{2,64}$/, accepts: '2 to 64 letters, digits and `+=,.@-_`' },
        advanced: true,
    },
    'role-duration': {
        kind: 'duration',
        description: 'How long each set of credentials lasts, at most what the role allows.',
        default: '1h',
        min: '15m',
        max: '12h',
        advanced: true,
    },
};


/***/ }),

/***/ 5866:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Ec: () => (/* binding */ engineFor),
  w: () => (/* binding */ sessionFor),
  i6: () => (/* binding */ throwUnlessGood)
});

// EXTERNAL MODULE: ./build/aws/session.aws.js + 1 modules
var session_aws = __webpack_require__(3451);
// EXTERNAL MODULE: ./build/report/words.js
var report_words = __webpack_require__(4702);
;// CONCATENATED MODULE: ./build/report/progress.js

const BAR = 24;
class Progress {
    #host;
    #describe;
    #work = new Map();
    constructor(host, describe = () => undefined) {
        this.#host = host;
        this.#describe = describe;
    }
    began(shortName, stackName, action, expected) {
        this.#work.set(shortName, { action, expected, running: new Map(), done: new Set() });
        this.#host.line(`${shortName}: ${action} ${stackName}${expected > 0 ? ` (${(0,report_words/* count */.U9)(expected, 'resource')})` : ''} …`);
        this.#draw();
    }
    event(shortName, event) {
        const work = this.#work.get(shortName);
        if (!work || event.isStack)
            return;
        const { logicalId, status, at } = event;
        if (status.endsWith('_IN_PROGRESS')) {
            if (!work.running.has(logicalId))
                work.running.set(logicalId, at);
        }
        else {
            const took = at - (work.running.get(logicalId) ?? at);
            work.running.delete(logicalId);
            work.done.add(logicalId);
            this.#host.line(this.#eventLine(shortName, event, took));
        }
        this.#draw();
    }
    ended(result) {
        this.#work.delete(result.shortName);
        const counts = result.outcome === 'failed' ? '' : (0,report_words/* changeCounts */.Zg)(result);
        const why = result.reason && result.outcome !== 'done' ? `: ${result.reason.replaceAll('\n', ' ')}` : '';
        const time = result.outcome === 'skipped' ? '' : ` in ${(0,report_words/* duration */.p0)(result.duration)}`;
        this.#host.line(`${result.shortName}: ${(0,report_words/* ending */.K1)(result)}${counts ? ` (${counts})` : ''}${time}${why}`);
        this.#draw();
    }
    #eventLine(shortName, { logicalId, type, status, reason }, took) {
        const words = this.#describe(shortName, logicalId) ?? type;
        const time = took >= 1000 ? ` ${(0,report_words/* duration */.p0)(took)}` : '';
        return `  ${shortName}  ${status}  ${logicalId} (${words})${time}${reason && !status.endsWith('_COMPLETE') ? `: ${reason.replaceAll('\n', ' ')}` : ''}`;
    }
    #draw() {
        if (!this.#host.status)
            return;
        const parts = [...this.#work].map(([shortName, { expected, running, done }]) => {
            const total = Math.max(expected, done.size + running.size, 1);
            const filled = Math.round((done.size / total) * BAR);
            const [current] = running.keys();
            return `${shortName} ${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${done.size}/${total}${current ? ` ${this.#describe(shortName, current) ?? current}` : ''}`;
        });
        this.#host.status(parts.join('   '));
    }
}

// EXTERNAL MODULE: ./build/runner/cancellation.js
var cancellation = __webpack_require__(172);
// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(8500);
;// CONCATENATED MODULE: ./build/runner/clock.js

const systemClock = {
    now: Date.now,
    sleep: async (ms, signal) => {
        try {
            await (0,promises_.setTimeout)(ms, undefined, { ...(signal && { signal }) });
        }
        catch (error) {
            throw signal?.aborted ? signal.reason : error;
        }
    },
};

// EXTERNAL MODULE: ./build/runner/fault.js
var runner_fault = __webpack_require__(7231);
// EXTERNAL MODULE: ./build/stacks/classify.js
var classify = __webpack_require__(8424);
// EXTERNAL MODULE: ./build/stacks/follow.js + 1 modules
var follow = __webpack_require__(43);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./node_modules/@aws-sdk/core/dist-cjs/submodules/client/index.js
var submodules_client = __webpack_require__(5152);
;// CONCATENATED MODULE: ./build/stacks/template-bucket.aws.js




async function uploadTemplate(text, bucket, keep, session) {
    const { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } = await __webpack_require__.e(/* import() */ 711).then(__webpack_require__.t.bind(__webpack_require__, 3711, 19));
    const endpoint = process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL;
    const client = new S3Client({ ...session.clientConfig, forcePathStyle: Boolean(endpoint) });
    const name = keep ? (0,external_node_crypto_.createHash)('sha256').update(text).digest('hex') : `dry-run/${(0,external_node_crypto_.randomUUID)()}`;
    const object = { Bucket: bucket, Key: `zap-obs/${name}.template` };
    const request = (action, send) => (0,session_aws/* call */.T1)({ action: `s3:${action}`, region: session.region }, async () => {
        try {
            return await send();
        }
        catch (error) {
            if (!(error instanceof Error) || error.name !== 'NoSuchBucket')
                throw error;
            throw new runner_fault/* UserFault */.ax({ what: `Bucket \`${bucket}\` does not exist`, fix: 'Check input `template-bucket`' });
        }
    });
    const isThere = keep && (await request('GetObject', () => exists(() => client.send(new HeadObjectCommand(object)))));
    if (!isThere) {
        await request('PutObject', () => client.send(new PutObjectCommand({ ...object, Body: text, ContentType: 'text/plain' })));
    }
    return {
        url: endpoint
            ? `${endpoint.replace(/\/$/, '')}/${bucket}/${object.Key}`
            : `https://${bucket}.s3.${session.region}.${(0,submodules_client.partition)(session.region).dnsSuffix}/${object.Key}`,
        async remove() {
            await request('DeleteObject', () => client.send(new DeleteObjectCommand(object)));
        },
    };
}
async function exists(head) {
    try {
        await head();
        return true;
    }
    catch (error) {
        const status = error.$metadata?.httpStatusCode;
        if (status === 404 || status === 403)
            return false;
        throw error;
    }
}

// EXTERNAL MODULE: ./build/actions/shared-inputs.js
var shared_inputs = __webpack_require__(8893);
;// CONCATENATED MODULE: ./build/actions/stack-run.js










function sessionFor(inputs, host) {
    const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
    const region = inputs['aws-region'] ?? (AWS_REGION || AWS_DEFAULT_REGION || 'us-east-1');
    const { regex, accepts } = shared_inputs/* stackInputs */.m['aws-region'].pattern;
    if (!regex.test(region)) {
        throw new runner_fault/* UserFault */.ax({
            what: 'The environment names no region of AWS',
            seen: `\`${region}\``,
            fix: `Set \`AWS_REGION\` to ${accepts}`,
        });
    }
    const roleArn = inputs['role-to-assume'];
    if (roleArn === undefined)
        return (0,session_aws/* openSession */.fA)(region);
    const idToken = (audience) => host.idToken(audience);
    return (0,session_aws/* openSession */.fA)(region, {
        roleArn,
        sessionName: inputs['role-session-name'],
        duration: inputs['role-duration'],
        idToken,
    });
}
function engineFor(session, cloudFormation, host, options) {
    const { files, signal, roleArn, bucket = '' } = options;
    const describe = (stack, id) => files.templates.get(stack)?.resources[id]?.description;
    return {
        cloudFormation,
        clock: systemClock,
        random: Math.random,
        signal,
        roleArn,
        observer: observerOf(new Progress(host, describe), host),
        upload: (template, keep) => uploadTemplate(template, bucket, keep, session),
    };
}
function observerOf(progress, host) {
    return {
        warning: text => host.annotate('warning', text),
        began: ({ shortName, stackName }, action, expected) => progress.began(shortName, stackName, action, expected),
        event: ({ shortName }, event) => progress.event(shortName, { ...event, isStack: (0,follow/* isOwnEvent */.tU)(event) }),
        ended: result => progress.ended(result),
    };
}
function throwUnlessGood(run, signal, host) {
    const failures = run.stacks.filter(({ outcome }) => outcome === 'failed').map(stack => failureOf(stack, run));
    const interruptions = run.stacks
        .filter(({ outcome }) => outcome === 'interrupted')
        .map(stack => interruptionOf(stack, run));
    const isCancelled = signal.aborted && signal.reason instanceof cancellation/* Cancelled */.cJ && signal.reason.by !== 'timeout';
    if (!isCancelled)
        (0,runner_fault/* throwIfAny */.MI)([...failures, ...interruptions]);
    for (const fault of [...failures, ...interruptions])
        host.annotate('error', (0,runner_fault/* renderFault */.L4)(fault), { place: fault.place });
    if (signal.aborted && run.stacks.some(({ outcome }) => outcome === 'skipped' || outcome === 'interrupted'))
        throw signal.reason;
}
function failureOf(stack, { operation }) {
    const { cause, advice, status = '' } = stack;
    const next = cause?.advice ?? advice ?? classify/* STATUS_ADVICE */.QZ[status] ?? 'Mend this and run again';
    const resume = operation === 'deploy'
        ? 'stacks deployed before it stay as they are, and a new run goes on from here'
        : 'a new run goes on from here';
    const fix = `${next}; ${resume}`;
    if (!cause)
        return { what: `Stack \`${stack.stackName}\` failed`, seen: stack.reason?.replace(/\.$/, ''), fix };
    const what = `Stack \`${stack.stackName}\` ${(0,report_words/* ending */.K1)(stack)} because of \`${cause.logicalId}\` (${cause.type})`;
    return { what, seen: cause.reason, fix, place: cause.place };
}
function interruptionOf(stack, run) {
    return {
        what: `Stack \`${stack.stackName}\` was left before its end, because ${stack.reason}`,
        seen: `after ${(0,report_words/* duration */.p0)(run.duration)}; AWS goes on with what it has begun`,
        fix: `Wait until ${stack.id ?? stack.stackName} is at rest, then run again`,
    };
}


/***/ }),

/***/ 3451:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  T1: () => (/* binding */ call),
  q0: () => (/* binding */ describe),
  fA: () => (/* binding */ openSession)
});

// EXTERNAL MODULE: ./build/runner/fault.js
var fault = __webpack_require__(7231);
// EXTERNAL MODULE: ./build/aws/transient-error.js
var transient_error = __webpack_require__(9311);
;// CONCATENATED MODULE: ./build/aws/faults.js

const named = (...names) => (error) => names.includes(error.name);
const coded = (...codes) => (error) => codes.includes(error.code ?? '');
const HOW_TO_SIGN_IN = 'give input `role-to-assume` (with `permissions: id-token: write`), or set up credentials before this step';
const RULES = [
    {
        applies: named('CredentialsProviderError', 'TokenProviderError'),
        what: () => 'There are no AWS credentials',
        fix: () => `To have some, ${HOW_TO_SIGN_IN}`,
    },
    {
        applies: named('ExpiredToken', 'ExpiredTokenException', 'RequestExpired'),
        what: ({ action }) => `The AWS credentials have expired, so \`${action}\` was refused`,
        fix: () => 'Get new ones and run again; with `role-to-assume` they are renewed by themselves',
    },
    {
        applies: named('InvalidClientTokenId', 'UnrecognizedClientException', 'SignatureDoesNotMatch', 'InvalidAccessKeyId', 'AuthFailure', 'MissingAuthenticationToken', 'IncompleteSignature'),
        what: (_, { name }) => `AWS does not accept the credentials (${name})`,
        fix: () => `Check the access key, its secret and its session token; or ${HOW_TO_SIGN_IN}`,
    },
    {
        applies: ({ name, message }) => name === 'AccessDenied' && message.includes('AssumeRoleWithWebIdentity'),
        what: () => 'The role does not let this job assume it',
        fix: () => "Let the role's trust policy accept the `sub` and `aud` of this repository's tokens",
    },
    {
        applies: named('AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'),
        what: ({ action }) => `The credentials do not allow \`${action}\``,
        fix: ({ action }) => `Allow \`${action}\` for this role`,
    },
    {
        applies: coded('ENOTFOUND', 'EAI_AGAIN'),
        mayPass: true,
        what: ({ region }) => `AWS has no address for region \`${region}\` that can be found from here`,
        fix: () => 'Check input `aws-region`, and that this machine has a network',
    },
    {
        applies: coded('ECONNREFUSED'),
        mayPass: true,
        what: () => 'Nothing answers where AWS is expected',
        fix: () => 'Check `AWS_ENDPOINT_URL`, or start the local AWS with `npm run aws`',
    },
];
const TRANSIENT_NAMES = /throttl|TooManyRequests|RequestLimitExceeded|Timeout|SlowDown/i;
const TRANSIENT_CODES = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ESOCKET|UND_ERR)/;
function judge(error, context) {
    const { name, message: seen, code, httpStatus } = error;
    const rule = RULES.find(({ applies }) => applies(error));
    if (rule) {
        const fault = { what: rule.what(context, error), seen, fix: rule.fix(context) };
        return { kind: rule.mayPass ? 'transient' : 'fault', fault };
    }
    const isOverload = httpStatus === 429 || (httpStatus ?? 0) >= 500 || TRANSIENT_NAMES.test(name) || /^Rate exceeded/i.test(seen);
    if (isOverload || TRANSIENT_CODES.test(code ?? '') || /socket hang up/i.test(seen)) {
        return { kind: 'transient', fault: (0,transient_error/* unanswered */.b)(context.action, seen) };
    }
    if (code !== undefined) {
        const what = `No connection to AWS can be made for \`${context.action}\` (${code})`;
        return {
            kind: 'fault',
            fault: { what, seen, fix: 'Check `AWS_ENDPOINT_URL`, credentials, proxy and certificates of this job' },
        };
    }
    if (httpStatus === undefined)
        return { kind: 'other' };
    const what = `AWS refused \`${context.action}\` (${name})`;
    return { kind: 'fault', fault: { what, seen, fix: 'Mend what it says and run again' } };
}

;// CONCATENATED MODULE: ./build/aws/session.aws.js



const LIMITS = {
    retryMode: 'standard',
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 5000, requestTimeout: 30_000, throwOnRequestTimeout: true },
};
function openSession(region, role) {
    return {
        region,
        endpoint: process.env.AWS_ENDPOINT_URL_CLOUDFORMATION || process.env.AWS_ENDPOINT_URL || undefined,
        clientConfig: {
            region,
            ...LIMITS,
            customUserAgent: [['zap-obs', '1']],
            ...(role && { credentials: keptUntilExpiry(() => assumeRole(region, role)) }),
        },
    };
}
const RENEW_BEFORE = 5 * 60_000;
function keptUntilExpiry(provide) {
    let current;
    let renewAt = 0;
    return () => {
        if (current && Date.now() < renewAt)
            return current;
        renewAt = Number.POSITIVE_INFINITY;
        current = provide();
        current.then(({ expiration }) => {
            renewAt = expiration ? expiration.getTime() - RENEW_BEFORE : Number.POSITIVE_INFINITY;
        }, () => {
            renewAt = 0;
        });
        return current;
    };
}
async function assumeRole(region, role) {
    const [{ fromWebToken }, webIdentityToken] = await Promise.all([
        Promise.resolve(/* import() */).then(__webpack_require__.t.bind(__webpack_require__, 9956, 19)),
        tokenOf(role),
    ]);
    const provide = fromWebToken({
        roleArn: role.roleArn,
        roleSessionName: role.sessionName,
        durationSeconds: role.duration / 1000,
        webIdentityToken,
        clientConfig: { region, ...LIMITS },
    });
    return await call({ action: 'sts:AssumeRoleWithWebIdentity', region }, () => provide());
}
async function tokenOf({ idToken }) {
    try {
        return await idToken('sts.amazonaws.com');
    }
    catch (error) {
        throw new fault/* UserFault */.ax({
            what: 'Input `role-to-assume` needs an OIDC token, and the runner gives none to this job',
            seen: error instanceof Error ? error.message : String(error),
            fix: 'Add `permissions: id-token: write` to the job',
        }, { cause: error });
    }
}
async function call(context, send) {
    try {
        return await send();
    }
    catch (error) {
        if (error instanceof fault/* UserFault */.ax)
            throw error;
        const judged = judge(describe(error), context);
        if (judged.kind === 'fault')
            throw new fault/* UserFault */.ax(judged.fault, { cause: error });
        if (judged.kind === 'transient')
            throw new transient_error/* TransientError */.N(judged.fault, { cause: error });
        throw error;
    }
}
function describe(error) {
    const { name, message, code, errors, cause, $metadata } = error;
    const nested = errors?.[0] ?? cause;
    const inner = nested instanceof Error ? describe(nested) : undefined;
    return {
        name: name ?? 'Error',
        message: message || inner?.message || String(error),
        code: code ?? inner?.code,
        httpStatus: $metadata?.httpStatusCode,
    };
}


/***/ }),

/***/ 9311:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   N: () => (/* binding */ TransientError),
/* harmony export */   b: () => (/* binding */ unanswered)
/* harmony export */ });
/* harmony import */ var _runner_fault_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7231);

class TransientError extends _runner_fault_js__WEBPACK_IMPORTED_MODULE_0__/* .UserFault */ .ax {
    constructor(fault, options) {
        super(fault, options);
        this.name = 'TransientError';
    }
}
function unanswered(action, seen) {
    const what = `AWS did not answer \`${action}\` as it should, also when asked again`;
    return { what, seen, fix: 'This may pass by itself: run again' };
}


/***/ }),

/***/ 4902:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Bv: () => (/* binding */ blocks),
/* harmony export */   CS: () => (/* binding */ prose),
/* harmony export */   OF: () => (/* binding */ fenced),
/* harmony export */   TM: () => (/* binding */ folded),
/* harmony export */   aY: () => (/* binding */ code),
/* harmony export */   nf: () => (/* binding */ link),
/* harmony export */   pj: () => (/* binding */ plain),
/* harmony export */   tp: () => (/* binding */ table)
/* harmony export */ });
/* harmony import */ var markdown_table__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(735);

function table(head, rows) {
    const cells = [head, ...rows].map(row => row.map(cell => cell.replaceAll('\n', ' ').replaceAll('|', '\\|')));
    return (0,markdown_table__WEBPACK_IMPORTED_MODULE_0__/* .markdownTable */ .Q)(cells, { alignDelimiters: false });
}
function plain(text) {
    return text
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll(/([\\`*_[\]~])/g, '\\$1');
}
function prose(text) {
    const parts = text.replaceAll(/\s*\n\s*/g, ' ').split(/`([^`]*)`/);
    return parts.map((part, index) => (index % 2 === 1 ? code(part) : plain(part))).join('');
}
function code(text) {
    const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
    const fence = '`'.repeat(longest + 1);
    const padding = longest > 0 ? ' ' : '';
    return text === '' ? '' : `${fence}${padding}${text.replaceAll(/\s+/g, ' ')}${padding}${fence}`;
}
function link(text, url) {
    return `[${text}](${url})`;
}
function folded(title, body) {
    return `<details><summary>${title}</summary>\n\n${body.trimEnd()}\n\n</details>`;
}
function fenced(language, body) {
    return `\`\`\`${language}\n${body}\n\`\`\``;
}
function blocks(...parts) {
    return `${parts.filter(part => part !== undefined && part !== '').join('\n\n')}\n`;
}


/***/ }),

/***/ 6668:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ timeline),
/* harmony export */   t: () => (/* binding */ flowchart)
/* harmony export */ });
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4702);

function label(text) {
    return text
        .replaceAll('"', "'")
        .replaceAll(/[:;#,%{}[\]|<>\n]/g, ' ')
        .trim();
}
function flowchart(nodes, edges) {
    const index = new Map(nodes.map(({ id }, position) => [id, `s${position}`]));
    return [
        'flowchart LR',
        ...nodes.map(({ id, text }) => `  ${index.get(id)}["${label(text)}"]`),
        ...edges.map(({ from, to, values }) => {
            const shown = values.length > 3 ? [...values.slice(0, 2), `and ${values.length - 2} more`] : values;
            return `  ${index.get(from)} -->${shown.length > 0 ? `|"${shown.map(label).join('<br/>')}"|` : ''} ${index.get(to)}`;
        }),
    ].join('\n');
}
function timeline(stacks, limit) {
    const all = stacks.flatMap(stack => stack.timeline.map(time => ({ ...time, stack: stack.shortName })));
    const slowest = all.toSorted((a, b) => b.to - b.from - (a.to - a.from)).slice(0, limit);
    if (slowest.length === 0)
        return undefined;
    const origin = Math.min(...all.map(({ from }) => from));
    const at = (instant) => new Date(instant - origin).toISOString().slice(0, -1);
    const sections = stacks.flatMap(({ shortName }) => {
        const rows = slowest.filter(({ stack }) => stack === shortName).toSorted((a, b) => a.from - b.from);
        if (rows.length === 0)
            return [];
        return [
            `  section ${label(shortName)}`,
            ...rows.map(({ logicalId, from, to, failed }) => `  ${label(logicalId)} (${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .duration */ .p0)(to - from)}) :${failed ? 'crit, ' : ''}${at(from)}, ${at(Math.max(to, from + 1))}`),
        ];
    });
    return [
        'gantt',
        '  dateFormat YYYY-MM-DDTHH:mm:ss.SSS',
        `  axisFormat ${axisOf(Math.max(...slowest.map(({ to }) => to)) - origin)}`,
        ...sections,
    ].join('\n');
}
function axisOf(span) {
    if (span < 10_000)
        return '%S.%L s';
    return span < 3_600_000 ? '%M:%S' : '%H:%M';
}


/***/ }),

/***/ 3956:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ planLines),
/* harmony export */   X: () => (/* binding */ planMarkdown)
/* harmony export */ });
/* harmony import */ var _markdown_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4902);
/* harmony import */ var _mermaid_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6668);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(4702);



function planLines(plan) {
    return [...plan.stacks.flatMap(stackLines), ...plan.reachability.map(reachabilityLine)];
}
function stackLines(stack) {
    const facts = [
        kilobytes(stack.bytes),
        (0,_words_js__WEBPACK_IMPORTED_MODULE_1__/* .count */ .U9)(stack.resources, 'resource'),
        ...stack.capabilities,
        ...(stack.after.length > 0 ? [`after ${stack.after.join(', ')}`] : []),
    ];
    const width = Math.max(0, ...stack.parameters.map(({ name }) => name.length));
    return [
        `${stack.stackName}  (${stack.template}: ${facts.join(', ')})`,
        ...stack.parameters.map(({ name, source, value }) => `    ${name.padEnd(width)}  ${value === undefined ? source : `${source}: ${shorten(value)}`}`),
    ];
}
function planMarkdown(plan) {
    const stacks = (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .table */ .tp)(['Stack', 'Template', 'Size', 'Resources', 'After', 'Capabilities'], plan.stacks.map(stack => [
        (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)(stack.stackName),
        (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)(stack.template),
        kilobytes(stack.bytes),
        String(stack.resources),
        stack.after.join(', ') || '—',
        stack.capabilities.join(', ') || '—',
    ]));
    const parameters = (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .table */ .tp)(['Stack', 'Parameter', 'Comes from', 'Value'], plan.stacks.flatMap(stack => stack.parameters.map(({ name, source, value }) => [
        stack.shortName,
        (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)(name),
        (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .plain */ .pj)(source),
        value === undefined ? '' : (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)(shorten(value)),
    ])));
    const nodes = plan.stacks.map(({ shortName }) => ({ id: shortName, text: shortName }));
    const known = new Set(nodes.map(({ id }) => id));
    const others = [...new Set(plan.edges.map(({ from }) => from))]
        .filter(name => !known.has(name))
        .map(name => ({ id: name, text: `${name} (as deployed)` }));
    const graph = (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .fenced */ .OF)('mermaid', (0,_mermaid_js__WEBPACK_IMPORTED_MODULE_0__/* .flowchart */ .t)([...nodes, ...others], plan.edges));
    return (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .folded */ .TM)('Plan', (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .blocks */ .Bv)(graph, stacks, parameters, reachabilityTable(plan.reachability)));
}
const VERDICT = { reachable: 'reachable', blocked: 'blocked', unknown: 'cannot tell' };
function reachabilityLine({ service, need, verdict, detail }) {
    const words = verdict === 'reachable' ? `${VERDICT[verdict]} ${detail}` : `${VERDICT[verdict]}: ${detail}`;
    return `${service} → ${need}: ${words.replaceAll('`', '')}`;
}
function reachabilityTable(findings) {
    const rows = findings.map(({ service, need, verdict, detail }) => {
        const word = verdict === 'blocked' ? `**${VERDICT[verdict]}**` : VERDICT[verdict];
        return [(0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .code */ .aY)(service), (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .plain */ .pj)(need), word, (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .prose */ .CS)(detail)];
    });
    return rows.length === 0 ? '' : (0,_markdown_js__WEBPACK_IMPORTED_MODULE_2__/* .table */ .tp)(['Service', 'Needs', 'Verdict', 'Why'], rows);
}
function kilobytes(bytes) {
    return `${(bytes / 1000).toFixed(1)} kB`;
}
function shorten(value) {
    const line = value.replaceAll(/\s+/g, ' ');
    return line.length > 80 ? `${line.slice(0, 77)}…` : line;
}


/***/ }),

/***/ 4611:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   z: () => (/* binding */ summary)
/* harmony export */ });
/* harmony import */ var _runner_fault_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7231);
/* harmony import */ var _markdown_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(4902);
/* harmony import */ var _mermaid_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6668);
/* harmony import */ var _plan_view_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3956);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(4702);





const ICON = { done: '✅', planned: '📝', failed: '❌', skipped: '⏭️', interrupted: '⏸️' };
const SLOWEST = 12;
const MOST_BYTES = 1_000_000;
function summary(run, plan) {
    const whole = render(run, plan && (0,_plan_view_js__WEBPACK_IMPORTED_MODULE_2__/* .planMarkdown */ .X)(plan));
    if (Buffer.byteLength(whole) <= MOST_BYTES)
        return whole;
    return render(run, 'The plan is too large for this page; the log has it.');
}
function render(run, plan) {
    const times = (0,_mermaid_js__WEBPACK_IMPORTED_MODULE_1__/* .timeline */ .I)(run.stacks, SLOWEST);
    return (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .blocks */ .Bv)(`## ${worstIcon(run)} ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .plain */ .pj)((0,_words_js__WEBPACK_IMPORTED_MODULE_3__/* .headline */ .Pl)(run))}`, run.endpoint && `Not AWS itself: everything went to ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .code */ .aY)(run.endpoint)}, as \`AWS_ENDPOINT_URL\` says.`, ...run.stacks.flatMap(stack => (stack.cause || stack.outcome === 'failed' ? [failure(stack)] : [])), stackTable(run), run.dryRun ? changeTable(run) : undefined, run.residue.length > 0 ? residueTable(run) : undefined, times ? `### Slowest resources\n\n${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .fenced */ .OF)('mermaid', times)}` : undefined, outputTable(run), plan);
}
function worstIcon({ stacks, dryRun }) {
    const outcomes = stacks.map(({ outcome }) => outcome);
    for (const outcome of ['failed', 'interrupted', 'skipped'])
        if (outcomes.includes(outcome))
            return ICON[outcome];
    return dryRun ? ICON.planned : ICON.done;
}
function stackTable({ stacks, region, endpoint }) {
    const name = ({ stackName, id }) => id && !endpoint ? (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .link */ .nf)((0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .code */ .aY)(stackName), (0,_words_js__WEBPACK_IMPORTED_MODULE_3__/* .consoleUrl */ .B9)(region, id)) : (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .code */ .aY)(stackName);
    return (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .table */ .tp)(['', 'Stack', 'Result', 'Changes', 'Why', 'Time'], stacks.map(stack => [
        ICON[stack.outcome],
        name(stack),
        (0,_words_js__WEBPACK_IMPORTED_MODULE_3__/* .ending */ .K1)(stack),
        (0,_words_js__WEBPACK_IMPORTED_MODULE_3__/* .changeCounts */ .Zg)(stack) || '—',
        stack.outcome === 'failed' ? 'see above' : (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .prose */ .CS)(stack.reason ?? ''),
        stack.outcome === 'skipped' ? '' : (0,_words_js__WEBPACK_IMPORTED_MODULE_3__/* .duration */ .p0)(stack.duration),
    ]));
}
function failure(stack) {
    const { cause } = stack;
    const lines = cause ? causeLines(cause) : [(0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .prose */ .CS)(stack.reason ?? '')];
    return [
        '> [!CAUTION]',
        `> **${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .plain */ .pj)(stack.stackName)}** ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .plain */ .pj)((0,_words_js__WEBPACK_IMPORTED_MODULE_3__/* .ending */ .K1)(stack))}`,
        '>',
        ...lines.map(line => `> ${line}`),
    ].join('\n');
}
function causeLines({ logicalId, type, reason, advice, place }) {
    return [
        `${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .code */ .aY)(logicalId)} (${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .plain */ .pj)(type)})${place ? `, ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .code */ .aY)((0,_runner_fault_js__WEBPACK_IMPORTED_MODULE_0__/* .renderPlace */ .oL)(place))}` : ''}:`,
        (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .plain */ .pj)(reason.replaceAll('\n', ' ')),
        ...(advice ? ['', `**What to do:** ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .prose */ .CS)(advice)}.`] : []),
    ];
}
function changeTable({ stacks }) {
    const rows = stacks.flatMap(stack => [
        ...stack.changes.map(({ action, logicalId, type, replacement, details }) => [
            stack.shortName,
            replacement === 'True' ? '**replace**' : replacement === 'Conditional' ? '**may replace**' : action.toLowerCase(),
            (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .code */ .aY)(logicalId),
            (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .plain */ .pj)(type),
            details.map(_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .code */ .aY).join(', '),
        ]),
        ...stack.knownAfterDeploy.map(name => [stack.shortName, 'known after deploy', (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .code */ .aY)(name), 'parameter', '']),
    ]);
    return rows.length === 0
        ? ''
        : (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .folded */ .TM)('What would change', (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .table */ .tp)(['Stack', 'Change', 'Resource', 'Type', 'Of it'], rows));
}
function residueTable({ residue, dryRun }) {
    const rows = residue.map(({ stack, logicalId, physicalId, type, reason }) => [
        (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .code */ .aY)(stack),
        (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .code */ .aY)(logicalId),
        (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .code */ .aY)(physicalId),
        (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .plain */ .pj)(type),
        (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .plain */ .pj)(reason),
    ]);
    return `### ${dryRun ? 'Would stay behind' : 'Stays behind'}\n\n${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .table */ .tp)(['Stack', 'Resource', 'Id', 'Type', 'Why'], rows)}`;
}
function outputTable({ stacks, operation }) {
    const rows = stacks.flatMap(stack => Object.entries(stack.outputs).map(([key, value]) => [
        stack.shortName,
        (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .code */ .aY)(key),
        /^https?:\/\/[\w./:@%?&=#~+-]+$/.test(value) ? value : (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .code */ .aY)(value),
    ]));
    return operation === 'teardown' || rows.length === 0
        ? ''
        : (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .folded */ .TM)('Outputs', (0,_markdown_js__WEBPACK_IMPORTED_MODULE_4__/* .table */ .tp)(['Stack', 'Output', 'Value'], rows));
}


/***/ }),

/***/ 4702:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   B9: () => (/* binding */ consoleUrl),
/* harmony export */   CJ: () => (/* binding */ whereabouts),
/* harmony export */   K1: () => (/* binding */ ending),
/* harmony export */   Pl: () => (/* binding */ headline),
/* harmony export */   U9: () => (/* binding */ count),
/* harmony export */   Zg: () => (/* binding */ changeCounts),
/* harmony export */   p0: () => (/* binding */ duration)
/* harmony export */ });
function duration(milliseconds) {
    if (milliseconds < 9950)
        return `${(milliseconds / 1000).toFixed(1)} s`;
    const seconds = Math.round(milliseconds / 1000);
    if (seconds < 60)
        return `${seconds} s`;
    if (seconds < 3600)
        return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
    return `${Math.floor(seconds / 3600)} h ${twoDigits(Math.floor((seconds % 3600) / 60))} min`;
}
function twoDigits(number) {
    return String(number).padStart(2, '0');
}
function count(number, noun, plural = `${noun}s`) {
    return `${number} ${number === 1 ? noun : plural}`;
}
const DONE = {
    create: 'created',
    recreate: 'recreated',
    update: 'updated',
    none: 'unchanged',
    delete: 'deleted',
    absent: 'does not exist',
    unknown: 'done',
};
const PLANNED = {
    create: 'would be created',
    recreate: 'would be recreated',
    update: 'would be updated',
    none: 'unchanged',
    delete: 'would be deleted',
    absent: 'does not exist',
    unknown: 'may change',
};
function ending({ action, outcome, status }) {
    if (outcome === 'done')
        return DONE[action];
    if (outcome === 'planned')
        return PLANNED[action];
    if (outcome === 'skipped')
        return 'not started';
    const state = status ? ` (${status})` : '';
    return outcome === 'failed' ? `failed${state}` : `interrupted; AWS goes on${state}`;
}
function changeCounts({ changes }) {
    const number = (action, replacement) => changes.filter(change => change.action === action && (!replacement || (change.replacement ?? 'False') === replacement)).length;
    const counts = [
        ['added', number('Add')],
        ['changed', number('Modify', 'False')],
        ['replaced', number('Modify', 'True')],
        ['changed or replaced', number('Modify', 'Conditional')],
        ['removed', number('Remove')],
        ['kept', number('Keep')],
    ];
    return counts.flatMap(([word, number]) => (number > 0 ? [`${number} ${word}`] : [])).join(', ');
}
function headline({ operation, prefix, dryRun, stacks, ...run }) {
    const time = duration(run.duration);
    const having = (outcome) => stacks.filter(stack => stack.outcome === outcome);
    const failed = having('failed').map(({ shortName }) => shortName);
    if (failed.length > 0)
        return `${operation} of ${prefix} failed at ${failed.join(', ')} after ${time}`;
    if (having('interrupted').length > 0)
        return `${operation} of ${prefix} was interrupted after ${time}`;
    if (having('skipped').length > 0) {
        const done = stacks.length - having('skipped').length;
        return `${operation} of ${prefix} was stopped after ${done} of ${count(stacks.length, 'stack')}`;
    }
    const touched = stacks.filter(({ action }) => action !== 'none' && action !== 'absent').length;
    if (touched === 0 && operation === 'deploy')
        return `${prefix} is up to date (${time})`;
    if (touched === 0)
        return `Nothing of ${prefix} is left to delete (${time})`;
    const many = count(touched, 'stack');
    if (dryRun)
        return `${prefix}: ${many} would ${operation === 'deploy' ? 'change' : 'be deleted'}`;
    return `${prefix}: ${many} ${operation === 'deploy' ? 'deployed' : 'deleted'} in ${time}`;
}
function whereabouts({ region, endpoint }) {
    return endpoint ? `${region} at ${endpoint} (not AWS itself)` : region;
}
function consoleUrl(region, stackId) {
    const host = region.startsWith('cn-')
        ? 'console.amazonaws.cn'
        : region.startsWith('us-gov-')
            ? 'console.amazonaws-us-gov.com'
            : 'console.aws.amazon.com';
    return `https://${region}.${host}/cloudformation/home?region=${region}#/stacks/stackinfo?stackId=${encodeURIComponent(stackId)}`;
}


/***/ }),

/***/ 172:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   KP: () => (/* binding */ orAbort),
/* harmony export */   cJ: () => (/* binding */ Cancelled),
/* harmony export */   ci: () => (/* binding */ listenForCancellation),
/* harmony export */   wj: () => (/* binding */ withTimeout)
/* harmony export */ });
class Cancelled extends Error {
    by;
    constructor(by) {
        super(by === 'timeout' ? 'the time limit was reached' : `the run was cancelled (${by})`);
        this.name = 'Cancelled';
        this.by = by;
    }
}
function listenForCancellation() {
    const controller = new AbortController();
    const onSignal = (name) => {
        if (controller.signal.aborted && name === 'SIGINT')
            process.exit(130);
        controller.abort(new Cancelled(name));
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    return { signal: controller.signal, stop: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}
function withTimeout(signal, ms) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Cancelled('timeout')), Math.min(ms, 2 ** 31 - 1)).unref();
    return AbortSignal.any([signal, controller.signal]);
}
async function orAbort(promise, signal) {
    let stop = () => { };
    const aborted = new Promise((_, reject) => {
        const onAbort = () => reject(signal.reason);
        if (signal.aborted)
            onAbort();
        signal.addEventListener('abort', onAbort, { once: true });
        stop = () => signal.removeEventListener('abort', onAbort);
    });
    try {
        return await Promise.race([promise, aborted]);
    }
    finally {
        stop();
    }
}


/***/ }),

/***/ 9486:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Q: () => (/* binding */ defineAction)
});

// EXTERNAL MODULE: ./build/runner/cancellation.js
var cancellation = __webpack_require__(172);
// EXTERNAL MODULE: ./build/runner/fault.js
var runner_fault = __webpack_require__(7231);
// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(8815);
;// CONCATENATED MODULE: ./build/runner/inputs.js


function parseInputs(specs, read) {
    const faults = [];
    const values = Object.entries(specs).map(([name, spec]) => {
        const parsed = parseInput(spec, read(name).trim());
        if ('fault' in parsed)
            faults.push({ ...parsed.fault, what: `Input \`${name}\` ${parsed.fault.what}` });
        return [name, 'value' in parsed ? parsed.value : undefined];
    });
    (0,runner_fault/* throwIfAny */.MI)(faults);
    return Object.fromEntries(values);
}
function parseInput(spec, raw) {
    const fallback = 'default' in spec && spec.default !== undefined ? String(spec.default) : '';
    const text = raw === '' ? fallback : raw;
    if (text === '' && spec.kind !== 'list' && spec.kind !== 'map') {
        if ('required' in spec && spec.required)
            return { fault: { what: 'is required', seen: 'nothing', fix: spec.description } };
        return { value: 'default' in spec ? text : undefined };
    }
    switch (spec.kind) {
        case 'string':
            if (spec.pattern && !spec.pattern.regex.test(text))
                return refuse(text, spec.pattern.accepts);
            return { value: text };
        case 'boolean':
            if (/^(true|false)$/i.test(text))
                return { value: text.toLowerCase() === 'true' };
            return refuse(text, '`true` or `false`');
        case 'integer':
            return parseInteger(spec, text);
        case 'duration':
            return parseDuration(spec, text);
        case 'enum':
            if (spec.values.includes(text))
                return { value: text };
            return refuse(text, `one of ${spec.values.map(value => `\`${value}\``).join(', ')}`);
        case 'list':
            return {
                value: text
                    .split(/[,\n]/)
                    .map(item => item.trim())
                    .filter(item => item !== ''),
            };
        case 'map':
            return parseMap(text);
    }
}
function refuse(seen, accepts) {
    return { fault: { what: 'is not accepted', seen: `\`${seen}\``, fix: `Give ${accepts}` } };
}
function parseInteger({ min = 0, max = Number.MAX_SAFE_INTEGER }, text) {
    const value = Number(text);
    if (/^-?\d+$/.test(text) && value >= min && value <= max)
        return { value };
    return refuse(text, max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`);
}
const MILLISECONDS = { s: 1000, m: 60_000, h: 3_600_000 };
function milliseconds(text) {
    const match = /^(\d+)([smh])$/.exec(text);
    return match ? Number(match[1]) * MILLISECONDS[match[2]] : undefined;
}
function parseDuration({ min = '1s', max }, text) {
    const value = milliseconds(text);
    const isWithin = value !== undefined && value >= (milliseconds(min) ?? 0) && value <= (milliseconds(max ?? '') ?? Infinity);
    if (isWithin)
        return { value };
    return refuse(text, max ? `a duration from \`${min}\` to \`${max}\`` : 'a duration such as `90s`, `30m` or `2h`');
}
function parseMap(text) {
    if (text === '')
        return { value: {} };
    const lines = new dist/* LineCounter */.HN();
    const document = (0,dist/* parseDocument */.Tp)(text, { schema: 'failsafe', prettyErrors: false, lineCounter: lines });
    const at = (offset) => `at line ${lines.linePos(offset).line}, column ${lines.linePos(offset).col}`;
    const [error] = document.errors;
    if (error)
        return { fault: { what: `is not valid YAML or JSON ${at(error.pos[0])}`, seen: error.message, fix: MAP_EXAMPLE } };
    if (!(0,dist/* isMap */.jh)(document.contents)) {
        return { fault: { what: 'is not accepted', seen: 'text that is no mapping', fix: MAP_EXAMPLE } };
    }
    const entries = [];
    for (const { key, value: node } of document.contents.items) {
        const name = (0,dist/* isScalar */.jn)(key) ? String(key.value) : String(key);
        const text = node === null ? '' : textOf(node);
        if (text === undefined) {
            const what = `has a value that is neither a scalar nor a list of scalars, for \`${name}\``;
            return { fault: { what, fix: MAP_EXAMPLE } };
        }
        entries.push([name, text]);
    }
    return { value: Object.fromEntries(entries) };
}
function textOf(node) {
    if ((0,dist/* isScalar */.jn)(node))
        return node.type === 'PLAIN' && NOTHING.has(String(node.value)) ? '' : String(node.value ?? '');
    if ((0,dist/* isSeq */.oP)(node) && node.items.every(dist/* isScalar */.jn))
        return node.items.map(item => String(item.value)).join(',');
    return undefined;
}
const NOTHING = new Set(['null', '~', '']);
const MAP_EXAMPLE = 'Write one `Name: value` a line, or a JSON object';

;// CONCATENATED MODULE: ./build/runner/define-action.js



function defineAction(spec, story) {
    return {
        spec,
        async run(host, folders, signal) {
            const listener = signal ? { signal, stop: () => { } } : (0,cancellation/* listenForCancellation */.ci)();
            const writing = guardedWriting(host);
            try {
                const inputs = parseInputs(spec.inputs, name => host.input(name));
                await story({ inputs, host, folders, signal: listener.signal, ...writing });
                return writing.hasFailed() ? 1 : 0;
            }
            catch (error) {
                return report(error, spec.name, host);
            }
            finally {
                host.status?.('');
                listener.stop();
            }
        },
    };
}
function guardedWriting(host) {
    const secrets = new Set();
    let hasFailed = false;
    return {
        hasFailed: () => hasFailed,
        mask(secret) {
            secrets.add(secret);
            host.mask(secret);
        },
        setOutput(name, value) {
            try {
                host.output(name, value);
            }
            catch (error) {
                hasFailed = true;
                host.annotate('error', `Output \`${name}\` could not be written: ${messageOf(error)}. Its value: ${value}`);
            }
        },
        async writeSummary(markdown) {
            const shown = [...secrets].reduce((text, secret) => text.replaceAll(secret, '***'), markdown);
            try {
                await host.summary(shown);
            }
            catch (error) {
                host.annotate('warning', `The job summary could not be written: ${messageOf(error)}`);
            }
        },
    };
}
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}
function report(error, action, host) {
    if (error instanceof runner_fault/* UserFault */.ax) {
        for (const fault of error.faults)
            host.annotate('error', (0,runner_fault/* renderFault */.L4)(fault), { title: `${action} failed`, place: fault.place });
        return 1;
    }
    if (error instanceof cancellation/* Cancelled */.cJ) {
        const isLate = error.by === 'timeout';
        host.annotate('error', `Stopped: ${error.message}.`, { title: `${action} ${isLate ? 'failed' : 'cancelled'}` });
        if (isLate)
            return 1;
        return error.by === 'SIGTERM' ? 143 : 130;
    }
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
    host.annotate('error', `This is a bug in zap-obs; please report it with the lines that follow.\n${trace}`, {
        title: `${action} crashed`,
    });
    return 1;
}


/***/ }),

/***/ 3801:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ inGroup)
/* harmony export */ });
async function inGroup(host, name, work) {
    host.openGroup(name);
    try {
        return await work();
    }
    finally {
        host.closeGroup();
    }
}


/***/ }),

/***/ 1700:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ declareAction)
/* harmony export */ });
function declareAction(spec) {
    return spec;
}


/***/ }),

/***/ 833:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ suggest)
/* harmony export */ });
/* harmony import */ var fastest_levenshtein__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1916);

function suggest(name, known) {
    if (known.length === 0)
        return 'There is none to choose from';
    const near = (0,fastest_levenshtein__WEBPACK_IMPORTED_MODULE_0__/* .closest */ .kp)(name.toLowerCase(), known.map(item => item.toLowerCase()));
    const best = known.find(item => item.toLowerCase() === near);
    const isNear = near[0] === name[0]?.toLowerCase() || near.includes(name.toLowerCase()) || name.toLowerCase().includes(near);
    return isNear && best ? `Did you mean \`${best}\`?` : `Use one of ${known.map(item => `\`${item}\``).join(', ')}`;
}


/***/ }),

/***/ 6792:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   HD: () => (/* binding */ hasTransform),
/* harmony export */   gA: () => (/* binding */ requiredCapabilities),
/* harmony export */   rN: () => (/* binding */ hasMacro)
/* harmony export */ });
/* harmony import */ var _json_values_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5323);

const IAM_TYPES = {
    'AWS::IAM::AccessKey': undefined,
    'AWS::IAM::Group': 'GroupName',
    'AWS::IAM::InstanceProfile': 'InstanceProfileName',
    'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
    'AWS::IAM::Policy': undefined,
    'AWS::IAM::Role': 'RoleName',
    'AWS::IAM::User': 'UserName',
    'AWS::IAM::UserToGroupAddition': undefined,
};
const PLAIN_TRANSFORMS = new Set(['AWS::LanguageExtensions', 'AWS::Include']);
function hasTransform(template) {
    return template.Transform !== undefined || [...(0,_json_values_js__WEBPACK_IMPORTED_MODULE_0__/* .argumentsOf */ .a)(template, 'Fn::Transform')].length > 0;
}
function hasMacro(template) {
    const used = [template.Transform, ...(0,_json_values_js__WEBPACK_IMPORTED_MODULE_0__/* .argumentsOf */ .a)(template, 'Fn::Transform')].flat();
    return used.some(transform => {
        const name = (0,_json_values_js__WEBPACK_IMPORTED_MODULE_0__/* .isRecord */ .u)(transform) ? transform.Name : transform;
        return name !== undefined && !PLAIN_TRANSFORMS.has(String(name));
    });
}
function requiredCapabilities(template) {
    const needed = new Set();
    if (hasTransform(template))
        needed.add('CAPABILITY_AUTO_EXPAND');
    if (hasMacro(template))
        needed.add('CAPABILITY_NAMED_IAM');
    for (const resource of resourceBodies(template.Resources)) {
        const type = String(resource.Type);
        if (type === 'AWS::CloudFormation::Stack' || type.endsWith('::MODULE')) {
            needed.add('CAPABILITY_NAMED_IAM').add('CAPABILITY_AUTO_EXPAND');
        }
        else if (Object.hasOwn(IAM_TYPES, type)) {
            const nameProperty = IAM_TYPES[type];
            const { Properties } = resource;
            const isNamed = nameProperty !== undefined && (0,_json_values_js__WEBPACK_IMPORTED_MODULE_0__/* .isRecord */ .u)(Properties) && Object.hasOwn(Properties, nameProperty);
            needed.add(isNamed ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM');
        }
    }
    if (needed.has('CAPABILITY_NAMED_IAM'))
        needed.delete('CAPABILITY_IAM');
    return [...needed].sort();
}
function* resourceBodies(resources) {
    if (!(0,_json_values_js__WEBPACK_IMPORTED_MODULE_0__/* .isRecord */ .u)(resources))
        return;
    for (const [id, body] of Object.entries(resources)) {
        if (id.startsWith('Fn::ForEach') && Array.isArray(body))
            yield* resourceBodies(body[2]);
        else if ((0,_json_values_js__WEBPACK_IMPORTED_MODULE_0__/* .isRecord */ .u)(body))
            yield body;
    }
}


/***/ }),

/***/ 3847:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  rl: () => (/* binding */ causeOf)
});

// UNUSED EXPORTS: explain, firstFailure

// EXTERNAL MODULE: ./build/runner/fault.js
var fault = __webpack_require__(7231);
;// CONCATENATED MODULE: ./build/stacks/advice.js
const ADVICE = [
    {
        reason: /is not authorized to perform:? ([\w-]+:\w+)/,
        advice: ([, action]) => `Allow \`${action}\` for the role that deploys (or the one in input \`role-arn\`)`,
    },
    {
        reason: /[Ee]xport .*in use by/,
        advice: () => 'Another stack imports this export: deploy that one without the import first, or delete it first',
    },
    {
        reason: /^User Initiated|cancell?ed/i,
        advice: () => 'Somebody else cancelled or deleted it; CloudTrail tells who',
    },
    {
        reason: /SSO is not enabled/i,
        advice: () => 'Enable IAM Identity Center first, or set parameter `EnableGrafana` to `false`',
    },
    {
        reason: /circuit breaker/i,
        advice: () => 'The tasks did not become healthy: look at the stopped tasks of the service and at the log groups of app and collector',
    },
    {
        reason: /did not stabilize|Exceeded attempts to wait/i,
        type: /^AWS::ECS::Service$/,
        advice: () => 'The tasks did not become healthy in time: look at the stopped tasks of the service and at its log groups',
    },
    {
        reason: /already exists/i,
        advice: () => 'Something else owns this name: delete it, or use another `stack-prefix`',
    },
    {
        reason: /(limit|quota)\w* (has been |was )?(exceeded|reached)|LimitExceeded|maximum number of/i,
        advice: () => 'Ask for a higher quota in Service Quotas, or free what is not needed',
    },
    {
        reason: /CannotPullContainer|pull access denied|manifest unknown/i,
        advice: () => 'Check that the image of this digest exists in this region and that the subnets reach ECR and S3',
    },
    {
        reason: /AccessDenied/i,
        advice: () => 'Widen the rights of the role that deploys (or the one in input `role-arn`)',
    },
];
function advise(reason, type) {
    for (const rule of ADVICE) {
        const match = reason.match(rule.reason);
        if (match && (rule.type?.test(type) ?? true))
            return rule.advice(match);
    }
    return undefined;
}

// EXTERNAL MODULE: ./build/stacks/follow.js + 1 modules
var follow = __webpack_require__(43);
;// CONCATENATED MODULE: ./build/stacks/cause.js



const CONSEQUENCE = /^Resource (creation|update|deletion|import)?\s*cancell?ed|^The following (resource\(s\)|hook\(s\)) failed|^Embedded stack .* was not successfully/i;
function firstFailure(events) {
    const isReal = ({ reason }) => reason !== undefined && !CONSEQUENCE.test(reason);
    const failed = events.filter(({ status }) => status.endsWith('_FAILED'));
    const turnedBack = events.filter(event => (0,follow/* isOwnEvent */.tU)(event) && /ROLLBACK/.test(event.status));
    const last = events.findLast(event => (0,follow/* isOwnEvent */.tU)(event) && (0,follow/* isTerminal */.Hd)(event.status));
    return failed.find(isReal) ?? turnedBack.find(isReal) ?? (last && isReal(last) ? last : undefined) ?? failed[0];
}
function explain(event, template) {
    const reason = event.reason ?? 'CloudFormation gave no reason';
    return {
        logicalId: event.logicalId,
        type: event.type,
        status: event.status,
        reason,
        advice: advise(reason, event.type),
        place: template && Object.hasOwn(template.resources, event.logicalId)
            ? template.place(['Resources', event.logicalId])
            : undefined,
    };
}
async function causeOf(events, template, cloudFormation) {
    const failure = firstFailure(events);
    if (!failure)
        return undefined;
    const cause = explain(failure, template);
    let inner = failure;
    while (inner && isNestedStack(inner)) {
        inner = firstFailure(await lastOperation(inner.physicalId, cloudFormation));
        if (!inner)
            break;
        const logicalId = `${cause.logicalId} → ${inner.logicalId}`;
        Object.assign(cause, { ...explain(inner, undefined), logicalId, place: cause.place });
    }
    return cause;
}
function isNestedStack(event) {
    return event.type === 'AWS::CloudFormation::Stack' && event.physicalId !== '' && !(0,follow/* isOwnEvent */.tU)(event);
}
const BEGINNINGS = new Set(['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'IMPORT_IN_PROGRESS']);
async function lastOperation(stackId, cloudFormation) {
    const found = [];
    try {
        let page;
        do {
            const { events, nextPage } = await cloudFormation.events(stackId, page);
            for (const event of events) {
                found.push(event);
                if ((0,follow/* isOwnEvent */.tU)(event) && BEGINNINGS.has(event.status))
                    return found.reverse();
            }
            page = nextPage;
        } while (page !== undefined);
        return found.reverse();
    }
    catch (error) {
        if (error instanceof fault/* UserFault */.ax)
            return [];
        throw error;
    }
}


/***/ }),

/***/ 8603:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Fi: () => (/* binding */ uniqueName),
/* harmony export */   JH: () => (/* binding */ previewChange),
/* harmony export */   bO: () => (/* binding */ startChange)
/* harmony export */ });
/* harmony import */ var _aws_transient_error_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9311);
/* harmony import */ var _runner_fault_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7231);
/* harmony import */ var _follow_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(43);



const NO_CHANGES = /didn't contain changes|No updates are to be performed/;
const PATIENCE = 5000;
async function previewChange(request, engine) {
    const { id: _, ...prepared } = await prepare(request, engine);
    await discard(request, engine);
    return prepared;
}
async function startChange(request, engine) {
    const { id, ...prepared } = await prepare(request, engine);
    if (prepared.isNothing) {
        await discard(request, engine);
        return prepared;
    }
    try {
        engine.signal.throwIfAborted();
        await execute(id, request, engine);
    }
    catch (error) {
        await discard(request, engine);
        throw error;
    }
    const operation = { stackId: prepared.stackId, token: request.name, expected: prepared.changes.length };
    return { ...prepared, operation };
}
async function prepare(request, engine) {
    engine.signal.throwIfAborted();
    try {
        const { id, stackId } = await (0,_follow_js__WEBPACK_IMPORTED_MODULE_2__/* .orAbortSoon */ .dy)(engine.cloudFormation.createChangeSet(request), engine);
        return { id, stackId, ...(await awaitChanges(id, request.stackName, engine)) };
    }
    catch (error) {
        await discard(request, engine);
        throw error;
    }
}
async function awaitChanges(id, stackName, engine) {
    const { clock, signal, cloudFormation } = engine;
    for (let pause = 100;; pause = Math.min(pause * 1.5, 2000)) {
        const changeSet = await (0,_follow_js__WEBPACK_IMPORTED_MODULE_2__/* .untilAnswered */ .Yv)(() => cloudFormation.describeChangeSet(id), engine);
        if (changeSet?.status === 'CREATE_COMPLETE')
            return { isNothing: false, changes: changeSet.changes };
        if (changeSet === undefined) {
            const what = `The change set for stack \`${stackName}\` is gone before it was used`;
            throw new _runner_fault_js__WEBPACK_IMPORTED_MODULE_1__/* .UserFault */ .ax({ what, fix: 'Does another run work on the same stack? Run again when that has ended' });
        }
        if (changeSet.status === 'FAILED') {
            const seen = changeSet.statusReason ?? 'CloudFormation gave no reason';
            if (NO_CHANGES.test(seen))
                return { isNothing: true, changes: [] };
            const fix = 'Mend the template or the parameters and run again';
            throw new _runner_fault_js__WEBPACK_IMPORTED_MODULE_1__/* .UserFault */ .ax({ what: `CloudFormation refused the changes to stack \`${stackName}\``, seen, fix });
        }
        await clock.sleep(pause, signal);
    }
}
async function execute(id, request, engine) {
    const { cloudFormation, signal } = engine;
    try {
        await (0,_follow_js__WEBPACK_IMPORTED_MODULE_2__/* .orAbortSoon */ .dy)(cloudFormation.executeChangeSet(id, request.name), engine);
    }
    catch (error) {
        if (signal.aborted)
            return await discard(request, engine);
        if (!(error instanceof _aws_transient_error_js__WEBPACK_IMPORTED_MODULE_0__/* .TransientError */ .N))
            throw error;
        const changeSet = await (0,_follow_js__WEBPACK_IMPORTED_MODULE_2__/* .untilAnswered */ .Yv)(() => cloudFormation.describeChangeSet(id), engine);
        if (changeSet?.executionStatus === 'AVAILABLE')
            throw error;
    }
}
async function discard(request, engine) {
    const { stackName, name } = request;
    const over = new AbortController();
    const giveUp = engine.clock.sleep(PATIENCE, over.signal).then(() => 'CloudFormation does not answer in time');
    const trouble = await Promise.race([tidyUp(request, engine), giveUp]).finally(() => over.abort());
    if (trouble === undefined)
        return;
    const command = `aws cloudformation delete-change-set --stack-name ${stackName} --change-set-name ${name}`;
    const advice = `see that it is gone, and the stack too if it is empty (${command})`;
    engine.observer.warning(`Change set ${name} of ${stackName} may be left: ${advice}. ${trouble}`);
}
async function tidyUp({ stackName, name, type }, { cloudFormation, clock }) {
    const deadline = clock.now() + PATIENCE;
    try {
        while ((await cloudFormation.deleteChangeSet(stackName, name)) === 'busy' && clock.now() < deadline) {
            await clock.sleep(250);
        }
        const stack = type === 'CREATE' ? await cloudFormation.describe(stackName) : undefined;
        if (stack?.status !== 'REVIEW_IN_PROGRESS' || (await cloudFormation.hasChangeSets(stack.id)))
            return undefined;
        await cloudFormation.deleteStack(stack.id, `${name}-discard`);
        return undefined;
    }
    catch (error) {
        if (!(error instanceof _runner_fault_js__WEBPACK_IMPORTED_MODULE_1__/* .UserFault */ .ax))
            throw error;
        return error.faults.map(_runner_fault_js__WEBPACK_IMPORTED_MODULE_1__/* .renderFault */ .L4).join(' ');
    }
}
function uniqueName(clock, random) {
    const time = new Date(clock.now()).toISOString().replaceAll(/[-:]|\..*/g, '');
    return `zap-obs-${time}-${Math.floor(random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0')}`;
}


/***/ }),

/***/ 8424:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   L8: () => (/* binding */ classify),
/* harmony export */   Pj: () => (/* binding */ isStanding),
/* harmony export */   QZ: () => (/* binding */ STATUS_ADVICE),
/* harmony export */   xo: () => (/* binding */ classifyStatus)
/* harmony export */ });
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7975);
/* harmony import */ var _json_values_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(5323);
/* harmony import */ var _parameter_check_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7102);
/* harmony import */ var _source_document_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(1965);




const UPDATABLE = new Set([
    'CREATE_COMPLETE',
    'UPDATE_COMPLETE',
    'UPDATE_ROLLBACK_COMPLETE',
    'IMPORT_COMPLETE',
    'IMPORT_ROLLBACK_COMPLETE',
]);
const STATUS_ADVICE = {
    CREATE_FAILED: 'Look at what failed in its events, then take the stack away with `teardown` and run again',
    ROLLBACK_FAILED: 'Take the stack away with `teardown`, then run again',
    DELETE_FAILED: 'Run `teardown` again, or finish the deletion in the console',
    UPDATE_FAILED: 'Continue or roll back the update in the console, then run again',
    UPDATE_ROLLBACK_FAILED: 'Continue the rollback (aws cloudformation continue-update-rollback), then run again',
};
function isStanding(deployed) {
    return (deployed !== undefined && !['ROLLBACK_COMPLETE', 'REVIEW_IN_PROGRESS', 'DELETE_COMPLETE'].includes(deployed.status));
}
function classifyStatus(deployed) {
    const status = deployed?.status;
    if (status === undefined || status === 'DELETE_COMPLETE')
        return { kind: 'create' };
    if (status === 'REVIEW_IN_PROGRESS')
        return { kind: 'create' };
    if (status === 'ROLLBACK_COMPLETE')
        return { kind: 'recreate', status };
    if (UPDATABLE.has(status))
        return undefined;
    if (status.endsWith('_IN_PROGRESS'))
        return { kind: 'busy', status };
    return { kind: 'stuck', status, advice: STATUS_ADVICE[status] ?? 'Look at the stack in the console' };
}
function classify(stack, values, deployed, template) {
    const byStatus = classifyStatus(deployed);
    if (byStatus || !deployed)
        return byStatus ?? { kind: 'create' };
    const because = differences(stack, values, deployed, template);
    return because.length === 0 ? { kind: 'unchanged' } : { kind: 'update', because: because.join(', ') };
}
function differences(stack, values, deployed, template) {
    const found = [];
    if (!isSameTemplate(stack.template.text, template))
        found.push('template');
    for (const { declaration } of stack.parameters) {
        const { name, noEcho, type } = declaration;
        const value = values[name];
        const isPrevious = value !== undefined && 'usePrevious' in value;
        const isSame = isPrevious || (value !== undefined && value.value === deployed.parameters[name] && !noEcho);
        if (!isSame || (0,_parameter_check_js__WEBPACK_IMPORTED_MODULE_1__/* .isSsmType */ .wC)(type))
            found.push(`parameter ${name}`);
    }
    if (!(0,node_util__WEBPACK_IMPORTED_MODULE_0__.isDeepStrictEqual)(stack.tags, ownTags(deployed)))
        found.push('tags');
    return found;
}
function ownTags({ tags }) {
    return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('aws:')));
}
function isSameTemplate(planned, deployed) {
    if (deployed === undefined)
        return false;
    const [ours, theirs] = [planned, deployed].map(text => text.replaceAll(/[\u{80}-\u{10ffff}]/gu, '?'));
    return ours === theirs || (0,node_util__WEBPACK_IMPORTED_MODULE_0__.isDeepStrictEqual)(effective(ours ?? ''), effective(theirs ?? ''));
}
function effective(text) {
    const { value } = (0,_source_document_js__WEBPACK_IMPORTED_MODULE_2__/* .parseAsWritten */ .F)(text);
    if (!(0,_json_values_js__WEBPACK_IMPORTED_MODULE_3__/* .isRecord */ .u)(value))
        return value;
    const { Description: _words, Metadata: _metadata, ...rest } = value;
    return rest;
}


/***/ }),

/***/ 8737:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Y: () => (/* binding */ cloudFormationOf)
/* harmony export */ });
/* harmony import */ var _aws_sdk_client_cloudformation__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3805);
/* harmony import */ var _aws_session_aws_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3451);
/* harmony import */ var _aws_transient_error_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(9311);



function cloudFormationOf({ clientConfig, region }) {
    const client = new _aws_sdk_client_cloudformation__WEBPACK_IMPORTED_MODULE_2__/* .CloudFormationClient */ .m1N(clientConfig);
    const request = (action, send) => (0,_aws_session_aws_js__WEBPACK_IMPORTED_MODULE_0__/* .call */ .T1)({ action: `cloudformation:${action}`, region }, send);
    return { ...reads(client, request), ...writes(client, request) };
}
function reads(client, request) {
    return {
        async describe(stack) {
            const command = new _aws_sdk_client_cloudformation__WEBPACK_IMPORTED_MODULE_2__/* .DescribeStacksCommand */ .Y47({ StackName: stack });
            const output = await request('DescribeStacks', () => unlessMissing(() => client.send(command)));
            return output && deployedStack(required(output.Stacks?.[0], 'DescribeStacks', 'Stacks'));
        },
        async template(stack) {
            const command = new _aws_sdk_client_cloudformation__WEBPACK_IMPORTED_MODULE_2__/* .GetTemplateCommand */ ._JK({ StackName: stack, TemplateStage: 'Original' });
            const output = await request('GetTemplate', () => unlessMissing(() => client.send(command)));
            return output && required(output.TemplateBody, 'GetTemplate', 'TemplateBody');
        },
        async events(stackId, page) {
            const command = new _aws_sdk_client_cloudformation__WEBPACK_IMPORTED_MODULE_2__/* .DescribeStackEventsCommand */ .Ie9({ StackName: stackId, NextToken: page });
            const output = await request('DescribeStackEvents', () => client.send(command));
            const events = required(output.StackEvents, 'DescribeStackEvents', 'StackEvents');
            return { events: events.map(stackEvent), nextPage: output.NextToken };
        },
        async describeChangeSet(id) {
            const changes = [];
            let page;
            for (;;) {
                const command = new _aws_sdk_client_cloudformation__WEBPACK_IMPORTED_MODULE_2__/* .DescribeChangeSetCommand */ .TTT({ ChangeSetName: id, NextToken: page });
                const output = await request('DescribeChangeSet', () => unlessMissing(() => client.send(command)));
                if (!output)
                    return undefined;
                changes.push(...(output.Changes ?? []).flatMap(resourceChange));
                page = output.NextToken;
                const { Status, StatusReason: statusReason, ExecutionStatus: executionStatus } = output;
                const status = required(Status, 'DescribeChangeSet', 'Status');
                if (page === undefined)
                    return { id, status, statusReason, executionStatus, changes };
            }
        },
        async hasChangeSets(stackId) {
            const command = new _aws_sdk_client_cloudformation__WEBPACK_IMPORTED_MODULE_2__/* .ListChangeSetsCommand */ .NK4({ StackName: stackId });
            const output = await request('ListChangeSets', () => unlessMissing(() => client.send(command)));
            return output !== undefined && required(output.Summaries, 'ListChangeSets', 'Summaries').length > 0;
        },
    };
}
function writes(client, request) {
    return {
        async createChangeSet({ stackName, name, type, template, parameters, capabilities, tags, roleArn }) {
            const output = await request('CreateChangeSet', () => client.send(new _aws_sdk_client_cloudformation__WEBPACK_IMPORTED_MODULE_2__/* .CreateChangeSetCommand */ .YDU({
                StackName: stackName,
                ChangeSetName: name,
                ClientToken: name,
                ChangeSetType: type,
                ...('url' in template ? { TemplateURL: template.url } : { TemplateBody: template.body }),
                Parameters: Object.entries(parameters).map(([ParameterKey, value]) => 'value' in value
                    ? { ParameterKey, ParameterValue: value.value }
                    : { ParameterKey, UsePreviousValue: true }),
                Capabilities: [...capabilities],
                Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
                RoleARN: roleArn,
            })));
            return {
                id: required(output.Id, 'CreateChangeSet', 'Id'),
                stackId: required(output.StackId, 'CreateChangeSet', 'StackId'),
            };
        },
        async executeChangeSet(id, token) {
            await request('ExecuteChangeSet', () => client.send(new _aws_sdk_client_cloudformation__WEBPACK_IMPORTED_MODULE_2__/* .ExecuteChangeSetCommand */ .PB_({ ChangeSetName: id, ClientRequestToken: token })));
        },
        async deleteChangeSet(stackName, name) {
            const command = new _aws_sdk_client_cloudformation__WEBPACK_IMPORTED_MODULE_2__/* .DeleteChangeSetCommand */ .$GE({ StackName: stackName, ChangeSetName: name });
            return await request('DeleteChangeSet', async () => {
                try {
                    await unlessMissing(() => client.send(command));
                    return 'gone';
                }
                catch (error) {
                    if ((0,_aws_session_aws_js__WEBPACK_IMPORTED_MODULE_0__/* .describe */ .q0)(error).name.startsWith('InvalidChangeSetStatus'))
                        return 'busy';
                    throw error;
                }
            });
        },
        async deleteStack(stackId, token, roleArn) {
            await request('DeleteStack', () => client.send(new _aws_sdk_client_cloudformation__WEBPACK_IMPORTED_MODULE_2__/* .DeleteStackCommand */ .fAr({ StackName: stackId, ClientRequestToken: token, RoleARN: roleArn })));
        },
    };
}
async function unlessMissing(send) {
    try {
        return await send();
    }
    catch (error) {
        const { name, message } = (0,_aws_session_aws_js__WEBPACK_IMPORTED_MODULE_0__/* .describe */ .q0)(error);
        if (name.startsWith('ChangeSetNotFound') || (name === 'ValidationError' && message.includes('does not exist')))
            return undefined;
        throw error;
    }
}
function required(value, action, field) {
    if (value === undefined)
        throw new _aws_transient_error_js__WEBPACK_IMPORTED_MODULE_1__/* .TransientError */ .N((0,_aws_transient_error_js__WEBPACK_IMPORTED_MODULE_1__/* .unanswered */ .b)(`cloudformation:${action}`, `an answer without ${field}`));
    return value;
}
function deployedStack(stack) {
    return {
        id: required(stack.StackId, 'DescribeStacks', 'StackId'),
        name: required(stack.StackName, 'DescribeStacks', 'StackName'),
        status: required(stack.StackStatus, 'DescribeStacks', 'StackStatus'),
        statusReason: stack.StackStatusReason,
        parameters: toRecord(stack.Parameters, ({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue]),
        outputs: toRecord(stack.Outputs, ({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
        tags: toRecord(stack.Tags, ({ Key, Value }) => [Key, Value]),
        terminationProtection: stack.EnableTerminationProtection ?? false,
    };
}
function toRecord(items, pair) {
    return Object.fromEntries((items ?? []).map(pair).map(([key = '', value = '']) => [key, value]));
}
function stackEvent(event) {
    return {
        id: required(event.EventId, 'DescribeStackEvents', 'EventId'),
        stackId: required(event.StackId, 'DescribeStackEvents', 'StackId'),
        at: event.Timestamp?.getTime() ?? 0,
        logicalId: event.LogicalResourceId ?? '',
        physicalId: event.PhysicalResourceId ?? '',
        type: event.ResourceType ?? '',
        status: event.ResourceStatus ?? '',
        reason: event.ResourceStatusReason,
        token: event.ClientRequestToken,
    };
}
function resourceChange({ ResourceChange: change }) {
    if (!change)
        return [];
    const details = (change.Details ?? [])
        .map(({ Target }) => Target?.Name ?? Target?.Attribute)
        .filter(detail => detail !== undefined);
    return [
        {
            action: (change.Action ?? 'Dynamic'),
            logicalId: change.LogicalResourceId ?? '',
            physicalId: change.PhysicalResourceId,
            type: change.ResourceType ?? '',
            replacement: change.Replacement,
            details: [...new Set(details.length > 0 ? details : (change.Scope ?? []))],
        },
    ];
}


/***/ }),

/***/ 9434:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  kZ: () => (/* binding */ checkBeforeWrites),
  gg: () => (/* binding */ deploy),
  nU: () => (/* binding */ neededLookups),
  yj: () => (/* binding */ readSnapshots)
});

// EXTERNAL MODULE: ./build/runner/fault.js
var fault = __webpack_require__(7231);
// EXTERNAL MODULE: ./build/stacks/classify.js
var classify = __webpack_require__(8424);
// EXTERNAL MODULE: ./build/stacks/cause.js + 1 modules
var cause = __webpack_require__(3847);
// EXTERNAL MODULE: ./build/stacks/change-set.js
var change_set = __webpack_require__(8603);
// EXTERNAL MODULE: ./build/stacks/engine.js
var stacks_engine = __webpack_require__(8044);
// EXTERNAL MODULE: ./build/stacks/follow.js + 1 modules
var follow = __webpack_require__(43);
// EXTERNAL MODULE: ./build/stacks/status-faults.js
var status_faults = __webpack_require__(3996);
// EXTERNAL MODULE: ./build/stacks/timeline.js
var timeline = __webpack_require__(1949);
;// CONCATENATED MODULE: ./build/stacks/deploy-stack.js








async function deployStack(stack, values, snapshot, engine, dryRun) {
    const started = engine.clock.now();
    const verdict = (0,classify/* classify */.L8)(stack, values.known, snapshot.stack, snapshot.template);
    const result = {
        ...(0,stacks_engine/* blankResult */.mE)(stack),
        id: snapshot.stack?.id,
        action: actionOf(verdict, values),
        outcome: dryRun ? 'planned' : 'done',
        status: snapshot.stack?.status,
        reason: reasonOf(verdict, values),
        knownAfterDeploy: values.afterDeploy,
        outputs: snapshot.stack?.outputs ?? {},
    };
    const turn = { stack, values, snapshot, verdict, engine, result };
    try {
        (0,fault/* throwIfAny */.MI)([...(0,status_faults/* statusFaults */.A)(stack.stackName, verdict), ...values.faults]);
        if (dryRun)
            await preview(turn);
        else
            await apply(turn);
    }
    catch (error) {
        (0,stacks_engine/* recordFailure */.C5)(error, result);
    }
    result.duration = engine.clock.now() - started;
    return result;
}
function actionOf(verdict, values) {
    if (verdict.kind === 'unchanged' && values.afterDeploy.length > 0)
        return 'unknown';
    if (verdict.kind === 'busy' || verdict.kind === 'stuck')
        return 'unknown';
    return verdict.kind === 'unchanged' ? 'none' : verdict.kind;
}
function reasonOf(verdict, values) {
    if (verdict.kind === 'unchanged' && values.afterDeploy.length > 0) {
        return `known after deploy: ${values.afterDeploy.join(', ')}`;
    }
    if (verdict.kind === 'update')
        return `changed: ${verdict.because}`;
    return verdict.kind === 'recreate' ? `replaces a stack in ${verdict.status}` : undefined;
}
async function preview(turn) {
    const { verdict, values, engine, result, stack } = turn;
    if (verdict.kind === 'recreate' || values.missing.length > 0)
        result.changes = everyResource(stack, verdict);
    else if (verdict.kind !== 'unchanged') {
        const upload = await uploadIfLarge(turn, false);
        try {
            const prepared = await (0,change_set/* previewChange */.JH)(requestOf(turn, upload), engine);
            result.id = verdict.kind === 'create' ? undefined : prepared.stackId;
            recordChanges(prepared, result);
        }
        finally {
            await removeUpload(upload, engine);
        }
    }
}
async function apply(turn) {
    const { stack, verdict, engine, result } = turn;
    if (verdict.kind === 'unchanged')
        return;
    if (verdict.kind === 'recreate')
        await deleteRemains(turn);
    const prepared = await (0,change_set/* startChange */.bO)(requestOf(turn, await uploadIfLarge(turn, true)), engine);
    const { stackId, changes, operation } = prepared;
    result.id = stackId;
    recordChanges(prepared, result);
    if (!operation)
        return;
    result.outcome = 'interrupted';
    engine.observer.began(stack, result.action, changes.length);
    await conclude(await (0,follow/* follow */.e6)(engine.cloudFormation, operation, (0,stacks_engine/* watching */._A)(stack, engine)), turn);
}
async function deleteRemains({ stack, snapshot, engine, result }) {
    if (!snapshot.stack)
        return;
    const { id } = snapshot.stack;
    engine.signal.throwIfAborted();
    const token = (0,change_set/* uniqueName */.Fi)(engine.clock, engine.random);
    engine.observer.began(stack, 'delete the remains of', 0);
    await (0,follow/* sendDeletion */.tO)(() => engine.cloudFormation.deleteStack(id, token, engine.roleArn), engine);
    Object.assign(result, { outcome: 'interrupted', status: 'DELETE_IN_PROGRESS' });
    const { status } = await (0,follow/* follow */.e6)(engine.cloudFormation, { stackId: id, token, expected: 0 }, engine);
    result.outcome = 'done';
    if (status === 'DELETE_COMPLETE')
        return;
    const what = `The remains of stack \`${stack.stackName}\` could not be deleted`;
    throw new fault/* UserFault */.ax({ what, seen: status, fix: 'Run `teardown`, then run again' });
}
async function uploadIfLarge({ stack, engine }, keep) {
    return stack.needsUpload ? await engine.upload(stack.template.text, keep) : undefined;
}
async function removeUpload(upload, engine) {
    try {
        await upload?.remove();
    }
    catch (error) {
        if (!(error instanceof fault/* UserFault */.ax))
            throw error;
        engine.observer.warning(`The template uploaded for this dry run stays in the bucket. ${error.message}`);
    }
}
function requestOf({ stack, values, verdict, engine }, upload) {
    return {
        stackName: stack.stackName,
        name: (0,change_set/* uniqueName */.Fi)(engine.clock, engine.random),
        type: verdict.kind === 'update' ? 'UPDATE' : 'CREATE',
        template: upload ? { url: upload.url } : { body: stack.template.text },
        parameters: values.known,
        capabilities: stack.capabilities,
        tags: stack.tags,
        roleArn: engine.roleArn,
    };
}
function recordChanges({ changes, isNothing }, result) {
    result.changes = [...changes];
    if (isNothing)
        Object.assign(result, { action: 'none', reason: undefined });
}
async function conclude(ended, { stack, engine, result }) {
    result.status = ended.status;
    result.timeline = (0,timeline/* timelineOf */.h)(ended.events);
    if (ended.status === 'CREATE_COMPLETE' || ended.status === 'UPDATE_COMPLETE') {
        result.outputs = await outputsAfter(ended, result.id ?? stack.stackName, engine);
        result.outcome = 'done';
        return;
    }
    result.outcome = 'failed';
    result.cause = await (0,cause/* causeOf */.rl)(ended.events, stack.template, engine.cloudFormation);
    result.reason = result.cause ? undefined : `ended in ${ended.status}`;
}
async function outputsAfter({ status }, id, engine) {
    for (let pause = 250;; pause = Math.min(pause * 2, 5000)) {
        const deployed = await (0,follow/* untilAnswered */.Yv)(() => engine.cloudFormation.describe(id), engine);
        if (deployed?.status === status)
            return deployed.outputs;
        await engine.clock.sleep(pause, engine.signal);
    }
}
function everyResource(stack, verdict) {
    if (verdict.kind === 'update')
        return [];
    const resources = Object.entries(stack.template.resources);
    return resources.map(([logicalId, { type }]) => ({ action: 'Add', logicalId, type, details: [] }));
}

// EXTERNAL MODULE: ./build/stacks/resolve.js
var resolve = __webpack_require__(7204);
// EXTERNAL MODULE: ./build/stacks/schedule.js
var schedule = __webpack_require__(687);
;// CONCATENATED MODULE: ./build/stacks/deploy.js







async function readSnapshots(plan, cloudFormation, templatesOf = 'worked on') {
    const read = async (shortName, withTemplate) => {
        const stackName = `${plan.prefix}-${shortName}`;
        const [stack, template] = await Promise.all([
            cloudFormation.describe(stackName),
            withTemplate ? cloudFormation.template(stackName) : undefined,
        ]);
        return [shortName, { stack, template }];
    };
    return new Map(await Promise.all([
        ...plan.stacks.map(({ shortName }) => read(shortName, true)),
        ...plan.leftOut.map(shortName => read(shortName, templatesOf === 'all')),
    ]));
}
function neededLookups(plan) {
    return new Set(plan.stacks.flatMap(stack => stack.parameters.flatMap(({ source }) => (source.kind === 'lookup' ? [source.lookup] : []))));
}
function checkBeforeWrites(plan, snapshots, lookups) {
    const inRun = new Set(plan.stacks.map(stack => stack.shortName));
    const pool = { outputs: outputsOf(snapshots), lookups };
    const faults = plan.stacks.flatMap((stack) => {
        const deployed = snapshots.get(stack.shortName)?.stack;
        const parameterFaults = stack.parameters.flatMap(parameter => {
            if (parameter.source.kind === 'output' && inRun.has(parameter.source.stack))
                return [];
            return (0,resolve/* valueFaults */.RZ)(parameter, (0,resolve/* resolve */.hd)(parameter, pool, deployed), stack, false);
        });
        const verdict = (0,classify/* classifyStatus */.xo)(deployed);
        const remains = deployed && verdict?.kind === 'recreate' ? (0,status_faults/* protectionFaults */.V)(deployed) : [];
        return [...(0,status_faults/* statusFaults */.A)(stack.stackName, verdict), ...remains, ...parameterFaults];
    });
    const providers = new Set(plan.stacks.flatMap(({ parameters }) => parameters.flatMap(({ source }) => ('stack' in source ? [source.stack] : []))));
    const changing = plan.leftOut
        .filter(name => providers.has(name))
        .flatMap((name) => {
        const verdict = (0,classify/* classifyStatus */.xo)(snapshots.get(name)?.stack);
        return verdict?.kind === 'busy' ? (0,status_faults/* statusFaults */.A)(`${plan.prefix}-${name}`, verdict) : [];
    });
    (0,fault/* throwIfAny */.MI)([...faults, ...changing]);
}
async function deploy(plan, snapshots, lookups, engine, options) {
    const outputs = new Map(outputsOf(snapshots));
    const pending = new Set();
    const { maxParallel: limit, dryRun } = options;
    const snapshotOf = (stack) => snapshots.get(stack.shortName) ?? { stack: undefined, template: undefined };
    return (0,schedule/* schedule */._)(plan.stacks, { dependencies: plan.dependencies, limit, afterFailure: 'stop' }, {
        async run(stack) {
            const snapshot = snapshotOf(stack);
            const values = valuesOf(stack, { outputs, lookups }, snapshot, pending);
            const result = await deployStack(stack, values, snapshot, engine, dryRun);
            if (result.outcome === 'planned' && result.action !== 'none')
                pending.add(stack.shortName);
            if (result.outcome === 'done')
                outputs.set(stack.shortName, result.outputs);
            engine.observer.ended(result);
            return result;
        },
        isGood: stacks_engine/* isGood */.Kg,
        skip(stack, because) {
            const standing = snapshotOf(stack).stack;
            const reason = `\`${because}\` did not succeed`;
            const result = { ...(0,stacks_engine/* blankResult */.mE)(stack), id: standing?.id, outputs: standing?.outputs ?? {}, reason };
            engine.observer.ended(result);
            return result;
        },
    });
}
function valuesOf(stack, pool, snapshot, pending) {
    const known = {};
    const afterDeploy = [];
    const lacking = [];
    const faults = [];
    for (const parameter of stack.parameters) {
        const { declaration, source } = parameter;
        const isPending = source.kind === 'output' && pending.has(source.stack);
        const value = (0,resolve/* resolve */.hd)(parameter, pool, snapshot.stack);
        if (isPending)
            afterDeploy.push(declaration.name);
        if (value !== undefined)
            known[declaration.name] = value;
        else
            lacking.push(declaration.name);
        if (!isPending)
            faults.push(...(0,resolve/* valueFaults */.RZ)(parameter, value, stack, true));
    }
    return { known, afterDeploy, missing: lacking, faults };
}
function outputsOf(snapshots) {
    return new Map([...snapshots].flatMap(([name, { stack }]) => (stack ? [[name, stack.outputs]] : [])));
}


/***/ }),

/***/ 8044:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C5: () => (/* binding */ recordFailure),
/* harmony export */   Kg: () => (/* binding */ isGood),
/* harmony export */   _A: () => (/* binding */ watching),
/* harmony export */   mE: () => (/* binding */ blankResult)
/* harmony export */ });
/* harmony import */ var _runner_cancellation_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(172);
/* harmony import */ var _runner_fault_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7231);


function blankResult({ shortName, stackName }) {
    return {
        shortName,
        stackName,
        action: 'unknown',
        outcome: 'skipped',
        duration: 0,
        knownAfterDeploy: [],
        changes: [],
        timeline: [],
        outputs: {},
    };
}
function isGood({ outcome }) {
    return outcome === 'done' || outcome === 'planned';
}
function watching(stack, engine) {
    return {
        clock: engine.clock,
        signal: engine.signal,
        random: engine.random,
        onEvent: event => engine.observer.event(stack, event),
    };
}
function recordFailure(error, result) {
    const isUnderWay = result.outcome === 'interrupted';
    if (error instanceof _runner_cancellation_js__WEBPACK_IMPORTED_MODULE_0__/* .Cancelled */ .cJ) {
        if (!isUnderWay)
            result.outcome = 'skipped';
        result.reason = error.message;
    }
    else if (error instanceof _runner_fault_js__WEBPACK_IMPORTED_MODULE_1__/* .UserFault */ .ax) {
        if (!isUnderWay)
            result.outcome = 'failed';
        result.reason = error.faults.map(({ fix: _, ...fault }) => (0,_runner_fault_js__WEBPACK_IMPORTED_MODULE_1__/* .renderFault */ .L4)(fault)).join(' ');
        result.advice = error.faults.map(({ fix }) => fix).findLast(fix => fix !== undefined);
    }
    else
        throw error;
}


/***/ }),

/***/ 43:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  e6: () => (/* binding */ follow),
  tU: () => (/* binding */ isOwnEvent),
  Hd: () => (/* binding */ isTerminal),
  dy: () => (/* binding */ orAbortSoon),
  tO: () => (/* binding */ sendDeletion),
  Yv: () => (/* binding */ untilAnswered)
});

// EXTERNAL MODULE: ./build/aws/transient-error.js
var transient_error = __webpack_require__(9311);
// EXTERNAL MODULE: ./build/runner/cancellation.js
var cancellation = __webpack_require__(172);
;// CONCATENATED MODULE: ./build/stacks/poll.js
const SOONEST = 150;
const RELAXED = 2000;
const IDLE = 5000;
const ATTENTIVE = 800;
const FASTEST_SECONDS = {
    'AWS::ElasticLoadBalancingV2::LoadBalancer': 120,
    'AWS::EC2::NatGateway': 80,
    'AWS::EC2::VPCEndpoint': 40,
    'AWS::ECS::Service': 40,
    'AWS::Grafana::Workspace': 120,
    'AWS::RDS::DBInstance': 240,
    'AWS::CloudFront::Distribution': 120,
};
function pollDelay({ elapsed, quiet, running, waiting }, random) {
    const isEndNear = waiting === 0 && running.length <= 2;
    const cannotBeDone = running.length > 0 && running.every(({ type, elapsed }) => elapsed < ((FASTEST_SECONDS[type] ?? 0) * 1000) / 2);
    const attentive = Math.min(Math.max(ATTENTIVE, elapsed / 500), IDLE);
    const ceiling = cannotBeDone ? IDLE : isEndNear ? attentive : Math.max(RELAXED, attentive);
    return Math.min(Math.max(quiet / 8, SOONEST), ceiling) * (0.8 + 0.4 * random);
}

;// CONCATENATED MODULE: ./build/stacks/follow.js



const SILENCE = 20_000;
async function follow(cloudFormation, operation, options) {
    const { clock, signal, random } = options;
    const started = clock.now();
    const seen = new Map();
    let lastNews = started;
    let failures = 0;
    for (;;) {
        signal.throwIfAborted();
        try {
            const fresh = await (0,cancellation/* orAbort */.KP)(readNew(cloudFormation, operation, seen), signal);
            for (const event of fresh) {
                seen.set(event.id, event);
                options.onEvent?.(event);
            }
            if (fresh.length > 0)
                lastNews = clock.now();
            const end = fresh.find(event => isOwnEvent(event) && isTerminal(event.status));
            if (end)
                return { status: end.status, events: [...seen.values()] };
            const isSilent = seen.size === 0 && clock.now() - started > SILENCE;
            const status = isSilent ? await (0,cancellation/* orAbort */.KP)(restingStatus(cloudFormation, operation), signal) : undefined;
            if (status)
                return { status, events: [] };
            failures = 0;
        }
        catch (error) {
            if (!(error instanceof transient_error/* TransientError */.N))
                throw error;
            failures += 1;
        }
        const watch = watchOf([...seen.values()], operation, { now: clock.now(), started, lastNews });
        await clock.sleep(pollDelay(watch, random()) * 2 ** Math.min(failures, 5), signal);
    }
}
async function untilAnswered(read, { clock, signal, random }) {
    for (let pause = 500;; pause = Math.min(pause * 2, 20_000)) {
        try {
            return await (0,cancellation/* orAbort */.KP)(read(), signal);
        }
        catch (error) {
            if (!(error instanceof transient_error/* TransientError */.N))
                throw error;
        }
        await clock.sleep(pause * random(), signal);
    }
}
const GRACE = 1500;
async function orAbortSoon(write, { clock, signal }) {
    try {
        return await (0,cancellation/* orAbort */.KP)(write, signal);
    }
    catch (error) {
        if (!signal.aborted || error !== signal.reason)
            throw error;
        const late = clock.sleep(GRACE).then(() => {
            throw signal.reason;
        });
        return await Promise.race([write, late]);
    }
}
async function sendDeletion(send, options) {
    try {
        await orAbortSoon(send(), options);
    }
    catch (error) {
        if (!options.signal.aborted && !(error instanceof transient_error/* TransientError */.N))
            throw error;
    }
}
async function readNew(cloudFormation, { stackId, token }, seen) {
    const fresh = [];
    let page;
    do {
        const { events, nextPage } = await cloudFormation.events(stackId, page);
        for (const event of events) {
            const isForeignEnd = event.token !== token && isOwnEvent(event) && isTerminal(event.status);
            if (seen.has(event.id) || (isForeignEnd && seen.size === 0))
                return fresh.reverse();
            if (event.token === token || isForeignEnd)
                fresh.push(event);
        }
        page = nextPage;
    } while (page !== undefined);
    return fresh.reverse();
}
async function restingStatus(cloudFormation, { stackId }) {
    const status = (await cloudFormation.describe(stackId))?.status ?? 'DELETE_COMPLETE';
    return isTerminal(status) ? status : undefined;
}
function isOwnEvent(event) {
    return event.physicalId === event.stackId;
}
function isTerminal(status) {
    return !status.endsWith('_IN_PROGRESS');
}
function watchOf(events, { expected }, at) {
    const latest = new Map();
    const begun = new Map();
    for (const event of events) {
        if (isOwnEvent(event))
            continue;
        const wasRunning = latest.get(event.logicalId)?.status.endsWith('_IN_PROGRESS') === true;
        if (!isTerminal(event.status) && !wasRunning)
            begun.set(event.logicalId, event.at);
        latest.set(event.logicalId, event);
    }
    const running = [...latest.values()].filter(({ status }) => !isTerminal(status));
    const newest = Math.max(...events.map(event => event.at));
    const quiet = at.now - at.lastNews;
    return {
        elapsed: at.now - at.started,
        quiet,
        running: running.map(({ logicalId, type }) => ({
            type,
            elapsed: newest - (begun.get(logicalId) ?? newest) + quiet,
        })),
        waiting: Math.max(expected - latest.size, 0),
    };
}


/***/ }),

/***/ 5248:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   BE: () => (/* binding */ reverse),
/* harmony export */   O6: () => (/* binding */ reaches),
/* harmony export */   fq: () => (/* binding */ order)
/* harmony export */ });
function order(names, dependencies) {
    const done = new Set();
    const isFree = (name) => !done.has(name) && [...(dependencies.get(name) ?? [])].every(other => done.has(other));
    while (done.size < names.length) {
        const next = names.find(isFree);
        if (next === undefined)
            return {
                cycle: findCycle(names.filter(name => !done.has(name)), dependencies, done),
            };
        done.add(next);
    }
    return { order: [...done] };
}
function findCycle(blocked, dependencies, done) {
    const path = [];
    let name = blocked[0];
    while (name !== undefined && !path.includes(name)) {
        path.push(name);
        name = [...(dependencies.get(name) ?? [])].find(other => !done.has(other));
    }
    return name === undefined ? path : [...path.slice(path.indexOf(name)), name];
}
function reverse(dependencies) {
    const reversed = new Map([...dependencies.keys()].map(name => [name, new Set()]));
    for (const [name, others] of dependencies)
        for (const other of others)
            reversed.get(other)?.add(name);
    return reversed;
}
function reaches(dependencies, name, other, seen = new Set()) {
    if (name === other)
        return true;
    if (seen.has(name))
        return false;
    seen.add(name);
    return [...(dependencies.get(name) ?? [])].some(next => reaches(dependencies, next, other, seen));
}


/***/ }),

/***/ 5323:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   a: () => (/* binding */ argumentsOf),
/* harmony export */   u: () => (/* binding */ isRecord)
/* harmony export */ });
function isRecord(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function* argumentsOf(value, intrinsic) {
    if (Array.isArray(value))
        for (const item of value)
            yield* argumentsOf(item, intrinsic);
    if (!isRecord(value))
        return;
    for (const [key, item] of Object.entries(value)) {
        if (key === intrinsic)
            yield item;
        yield* argumentsOf(item, intrinsic);
    }
}


/***/ }),

/***/ 1401:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  v: () => (/* binding */ loadPlanFiles),
  _: () => (/* binding */ loadTeardownFiles)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./build/runner/fault.js
var runner_fault = __webpack_require__(7231);
// EXTERNAL MODULE: ./node_modules/valibot/dist/index.mjs
var dist = __webpack_require__(7934);
// EXTERNAL MODULE: ./build/runner/suggest.js
var suggest = __webpack_require__(833);
// EXTERNAL MODULE: ./build/stacks/json-values.js
var json_values = __webpack_require__(5323);
// EXTERNAL MODULE: ./build/stacks/source-document.js + 1 modules
var source_document = __webpack_require__(1965);
;// CONCATENATED MODULE: ./build/stacks/stacks-file.js





const LOOKUPS = ['s3-prefix-list'];
const shortName = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^[a-zA-Z][a-zA-Z0-9-]*$/, 'a letter, then letters, digits and hyphens'));
const scalar = dist/* union */.KCZ([dist/* string */.YjP(), dist/* number */.aig(), dist/* boolean */.zMY()]);
const parameterRule = dist/* union */.KCZ([
    scalar,
    dist/* array */.YOg(scalar),
    dist/* strictObject */.rej({ from: dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(/^[^.\s]+\.[^.\s]+$/, '`{ from: stack.Output }`')) }),
    dist/* strictObject */.rej({ lookup: dist/* picklist */.KIO(LOOKUPS) }),
], `a scalar, a list, \`{ from: stack.Output }\` or \`{ lookup: ${LOOKUPS.join(' | ')} }\``);
const stackEntry = dist/* strictObject */.rej({
    template: dist/* pipe */.FsL(dist/* string */.YjP(), dist/* nonEmpty */.hq('the path of a template, relative to this file')),
    parameters: dist/* nullish */.cl6(dist/* record */.g1P(dist/* string */.YjP(), parameterRule), {}),
    'depends-on': dist/* nullish */.cl6(dist/* array */.YOg(dist/* string */.YjP()), []),
});
const stacksFile = dist/* strictObject */.rej({
    stacks: dist/* pipe */.FsL(dist/* record */.g1P(shortName, stackEntry), dist/* minEntries */.bPf(1, 'at least one stack')),
});
function parseStacksFile(text, file) {
    const document = (0,source_document/* parseSource */.P)(text);
    const place = (path) => ({ file, ...document.locate(path) });
    (0,runner_fault/* throwIfAny */.MI)(document.faults.map(({ message, ...at }) => ({ what: `Broken YAML: ${message}`, place: { file, ...at } })));
    (0,runner_fault/* throwIfAny */.MI)(reservedNames(document.value, place));
    const parsed = dist/* safeParse */.xLC(stacksFile, document.value);
    if (!parsed.success)
        (0,runner_fault/* throwIfAny */.MI)(parsed.issues.map(issue => schemaFault(issue, document, place)));
    const stacks = Object.entries(parsed.output.stacks);
    const names = stacks.map(([name]) => name);
    const faults = [];
    const mustExist = (name, path) => {
        if (!names.includes(name))
            faults.push({ what: `No stack is named \`${name}\``, fix: (0,suggest/* suggest */.Z)(name, names), place: place(path) });
    };
    const entries = stacks.map(([name, entry]) => {
        for (const [index, other] of entry['depends-on'].entries())
            mustExist(other, ['stacks', name, 'depends-on', index]);
        const parameters = Object.entries(entry.parameters).map(([parameter, rule]) => {
            const path = ['stacks', name, 'parameters', parameter];
            const read = readRule(rule, place(path), (...rest) => document.textAt([...path, ...rest]));
            if (read.kind === 'from')
                mustExist(read.stack, path);
            return [parameter, read];
        });
        return {
            shortName: name,
            template: entry.template,
            parameters: Object.fromEntries(parameters),
            dependsOn: entry['depends-on'],
            place: place(['stacks', name]),
        };
    });
    (0,runner_fault/* throwIfAny */.MI)(faults);
    return entries;
}
function readRule(rule, place, written) {
    if (Array.isArray(rule)) {
        return { kind: 'literal', value: rule.map((item, index) => written(index) ?? String(item)).join(','), place };
    }
    if (typeof rule !== 'object')
        return { kind: 'literal', value: written() ?? String(rule), place };
    if ('lookup' in rule)
        return { kind: 'lookup', lookup: rule.lookup, place };
    const [stack = '', output = ''] = rule.from.split('.');
    return { kind: 'from', stack, output, place };
}
const RESERVED = ['__proto__', 'constructor', 'prototype'];
function reservedNames(value, place, path = []) {
    if (!(0,json_values/* isRecord */.u)(value))
        return [];
    return Object.entries(value).flatMap(([key, item]) => {
        const here = [...path, key];
        const own = RESERVED.includes(key) ? [{ what: `\`${key}\` cannot be used as a name`, place: place(here) }] : [];
        return [...own, ...reservedNames(item, place, here)];
    });
}
function schemaFault(issue, document, place) {
    const path = (issue.path ?? []).map(step => step.key);
    const where = path.length > 0 ? `\`${path.join('.')}\`` : 'The file';
    const known = siblingKeys(issue);
    if (issue.expected === 'never' && known) {
        const key = String(path.at(-1));
        return { what: `${where} is not a known key`, fix: (0,suggest/* suggest */.Z)(key, known), place: place(path) };
    }
    if (issue.received === 'undefined')
        return { what: `${where} is missing`, place: place(path.slice(0, -1)) };
    if (issue.type === 'min_entries')
        return { what: `${where} is empty`, fix: `Give ${issue.message}`, place: place(path) };
    return {
        what: `${where} is not accepted`,
        seen: document.value === null ? 'an empty file' : kindOf(issue.received.startsWith('"') ? 'string' : issue.received),
        fix: `Expected ${issue.message.startsWith('Invalid') ? kindOf(issue.expected) : issue.message}`,
        place: place(path),
    };
}
function kindOf(expected) {
    if (expected === 'Object')
        return 'a mapping';
    if (expected === 'Array')
        return 'a list';
    return expected === 'string' ? 'a text' : (expected ?? 'another value').toLowerCase();
}
function siblingKeys(issue) {
    const depth = issue.path?.length ?? 0;
    return depth === 1 ? Object.keys(stacksFile.entries) : depth === 3 ? Object.keys(stackEntry.entries) : undefined;
}

// EXTERNAL MODULE: ./build/stacks/template.js + 2 modules
var stacks_template = __webpack_require__(8551);
;// CONCATENATED MODULE: ./build/stacks/load-plan-files.js





async function loadPlanFiles(file, folders) {
    const { entries, loaded } = await load(file, folders);
    (0,runner_fault/* throwIfAny */.MI)([...loaded.values()].flatMap(result => ('faults' in result ? result.faults : [])));
    return { entries, templates: templatesOf(loaded) };
}
async function loadTeardownFiles(file, folders) {
    const { entries, loaded } = await load(file, folders);
    const templates = templatesOf(loaded);
    for (const { shortName, template } of entries) {
        if (!templates.has(shortName))
            templates.set(shortName, (0,stacks_template/* unknownTemplate */.H)(template));
    }
    return { entries, templates };
}
function templatesOf(loaded) {
    return new Map([...loaded].flatMap(([name, result]) => ('template' in result ? [[name, result.template]] : [])));
}
async function load(file, folders) {
    const { workspace, toolkit } = folders;
    const path = file === undefined ? (0,external_node_path_.join)(toolkit, 'cloudformation', 'stacks.yaml') : (0,external_node_path_.resolve)(workspace, file);
    const base = file === undefined && !isInside(path, workspace) ? toolkit : workspace;
    const shown = (0,external_node_path_.relative)(base, path);
    const text = await read(path, {
        what: `Stacks file \`${file ?? shown}\` cannot be read`,
        fix: `Check input \`stacks-file\`; it is looked for at ${path}. Does the job check out the repository first?`,
    });
    const entries = parseStacksFile(text, shown);
    const loadEntry = async (entry) => {
        const templatePath = (0,external_node_path_.resolve)((0,external_node_path_.dirname)(path), entry.template);
        return [entry.shortName, await loadTemplate(templatePath, (0,external_node_path_.relative)(base, templatePath), entry)];
    };
    return { entries, loaded: new Map(await Promise.all(entries.map(loadEntry))) };
}
async function loadTemplate(path, shown, { template, place }) {
    const what = `Template \`${template}\` cannot be read`;
    try {
        return (0,stacks_template/* parseTemplate */.Q)(await read(path, { what, fix: 'Its path is relative to the stacks file', place }), shown);
    }
    catch (error) {
        if (error instanceof runner_fault/* UserFault */.ax)
            return { faults: [...error.faults] };
        throw error;
    }
}
async function read(path, fault) {
    try {
        return new TextDecoder('utf-8', { fatal: true }).decode(await (0,promises_.readFile)(path));
    }
    catch (error) {
        throw new runner_fault/* UserFault */.ax({ ...fault, seen: REASONS[error.code ?? ''] ?? String(error) }, { cause: error });
    }
}
const REASONS = {
    ENOENT: 'no such file',
    EISDIR: 'a directory',
    EACCES: 'no right to read it',
    ERR_ENCODING_INVALID_ENCODED_DATA: 'text that is not UTF-8',
};
function isInside(path, folder) {
    const inside = (0,external_node_path_.relative)(folder, path);
    return !inside.startsWith('..') && !(0,external_node_path_.isAbsolute)(inside);
}


/***/ }),

/***/ 7102:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   wC: () => (/* binding */ isSsmType),
/* harmony export */   x5: () => (/* binding */ refusal)
/* harmony export */ });
/* unused harmony export matchesWhole */
function refusal(parameter, value) {
    if (Buffer.byteLength(value) > 4096)
        return 'at most 4,096 bytes';
    if (isSsmType(parameter.type))
        return value === '' ? 'the name of an SSM parameter' : undefined;
    const words = parameter.constraintDescription;
    for (const item of isListType(parameter.type) ? value.split(',').map(part => part.trim()) : [value]) {
        const accepted = itemRefusal(parameter, item);
        if (accepted !== undefined)
            return words ?? accepted;
    }
    return undefined;
}
function isSsmType(type) {
    return type.startsWith('AWS::SSM::Parameter::Value<');
}
function isListType(type) {
    return type === 'CommaDelimitedList' || type.startsWith('List<');
}
function itemRefusal(parameter, item) {
    const { allowedValues, allowedPattern, minLength = 0, maxLength = 4096, minValue = -Infinity, maxValue = Infinity, } = parameter;
    if (allowedValues && !allowedValues.includes(item))
        return `one of ${allowedValues.map(value => `\`${value}\``).join(', ')}`;
    if (allowedPattern !== undefined && !matchesWhole(allowedPattern, item))
        return `a value that matches \`${allowedPattern}\``;
    if (item.length < minLength)
        return `at least ${minLength} characters`;
    if (item.length > maxLength)
        return `at most ${maxLength} characters`;
    const type = parameter.type.replace(/^List<(.*)>$/, '$1');
    if (type === 'Number') {
        if (item.trim() === '' || Number.isNaN(Number(item)))
            return 'a number';
        if (Number(item) < minValue)
            return `a number of at least ${minValue}`;
        if (Number(item) > maxValue)
            return `a number of at most ${maxValue}`;
    }
    const form = TYPE_FORMS[type];
    return form && !form.pattern.test(item) ? form.accepts : undefined;
}
function matchesWhole(pattern, value) {
    const isOtherwiseInJava = pattern.includes('&&');
    const mayTakeForEver = /\([^)]*[*+}][^)]*\)[*+{]/.test(pattern);
    if (isOtherwiseInJava || mayTakeForEver)
        return true;
    let regex;
    try {
        regex = new RegExp(`^(?:${pattern})$`, 'u');
    }
    catch {
        return true;
    }
    return regex.test(value);
}
const id = (prefix) => ({
    pattern: new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`),
    accepts: `an id such as \`${prefix}-0123456789abcdef0\``,
});
const TYPE_FORMS = {
    'AWS::EC2::Image::Id': id('ami'),
    'AWS::EC2::Instance::Id': id('i'),
    'AWS::EC2::SecurityGroup::Id': id('sg'),
    'AWS::EC2::Subnet::Id': id('subnet'),
    'AWS::EC2::Volume::Id': id('vol'),
    'AWS::EC2::VPC::Id': id('vpc'),
    'AWS::EC2::AvailabilityZone::Name': {
        pattern: /^[a-z]{2}(-[a-z0-9]+)+[a-z0-9]$/,
        accepts: 'an availability zone such as `us-east-1a`',
    },
    'AWS::Route53::HostedZone::Id': { pattern: /^[A-Z0-9]{1,32}$/, accepts: 'a hosted zone id such as `Z23ABC4XYZL05B`' },
};


/***/ }),

/***/ 5704:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  C: () => (/* binding */ makePlan),
  o: () => (/* binding */ makeTeardownPlan)
});

// EXTERNAL MODULE: ./build/runner/fault.js
var fault = __webpack_require__(7231);
// EXTERNAL MODULE: ./build/runner/suggest.js
var suggest = __webpack_require__(833);
// EXTERNAL MODULE: ./build/stacks/graph.js
var graph = __webpack_require__(5248);
// EXTERNAL MODULE: ./build/stacks/json-values.js
var json_values = __webpack_require__(5323);
// EXTERNAL MODULE: ./build/stacks/sources.js
var sources = __webpack_require__(1574);
;// CONCATENATED MODULE: ./build/stacks/exports.js



function withImports(stacks, edges, region) {
    const dependencies = new Map([...edges].map(([name, others]) => [name, new Set(others)]));
    const exporters = stacks
        .map(stack => ({ stack, names: stack.template.exports.map(name => staticText(name, stack, region)) }))
        .filter(({ names }) => names.length > 0);
    const uncertain = [];
    for (const importer of stacks) {
        const others = exporters.filter(({ stack }) => stack !== importer);
        for (const argument of importer.template.imports) {
            const name = staticText(argument, importer, region);
            const certain = others.filter(({ names }) => name !== undefined && names.includes(name));
            for (const { stack } of certain)
                dependencies.get(importer.shortName)?.add(stack.shortName);
            const candidates = certain.length > 0 ? [] : others.filter(({ names }) => name === undefined || names.includes(undefined));
            uncertain.push(...candidates.map(({ stack }) => ({ importer, exporter: stack })));
        }
    }
    for (const { importer, exporter } of uncertain) {
        const closesCircle = (0,graph/* reaches */.O6)(dependencies, exporter.shortName, importer.shortName);
        if (!closesCircle)
            dependencies.get(importer.shortName)?.add(exporter.shortName);
    }
    return dependencies;
}
function staticText(value, stack, region) {
    if (typeof value === 'string')
        return value;
    if (!(0,json_values/* isRecord */.u)(value))
        return undefined;
    if ('Ref' in value)
        return referenced(String(value.Ref), stack, region);
    const sub = value['Fn::Sub'];
    if (typeof sub === 'string')
        return substituted(sub, stack, region);
    const join = value['Fn::Join'];
    if (Array.isArray(join) && Array.isArray(join[1])) {
        const parts = join[1].map(part => staticText(part, stack, region));
        return parts.includes(undefined) ? undefined : parts.join(String(join[0]));
    }
    return undefined;
}
function substituted(text, stack, region) {
    let isKnown = true;
    const result = text.replaceAll(/\$\{([^}]*)\}/g, (_, name) => {
        if (name.startsWith('!'))
            return `\${${name.slice(1)}}`;
        const found = referenced(name.trim(), stack, region);
        isKnown &&= found !== undefined;
        return found ?? '';
    });
    return isKnown ? result : undefined;
}
function referenced(name, stack, region) {
    if (name === 'AWS::StackName')
        return stack.stackName;
    if (name === 'AWS::Region')
        return region;
    const source = stack.parameters.find(({ declaration }) => declaration.name === name)?.source;
    return source && source.kind !== 'default' ? (0,sources/* knownValue */.jj)(source) : undefined;
}

;// CONCATENATED MODULE: ./build/stacks/limits.js
const PREFIX_TAG = 'zap-obs:prefix';
function tagFaults(tags) {
    const refused = Object.entries(tags).flatMap(([key, value]) => {
        const what = `Input \`tags\` has a tag that AWS refuses: \`${key}\``;
        if (/^aws:/i.test(key))
            return [{ what, fix: "Keys that begin with `aws:` are AWS's own" }];
        if (key === PREFIX_TAG)
            return [{ what: `Tag \`${PREFIX_TAG}\` is set by zap-obs itself`, fix: 'Remove it from input `tags`' }];
        if (key.length < 1 || key.length > 128)
            return [{ what, fix: 'A key has 1 to 128 characters' }];
        return value.length > 256 ? [{ what, fix: 'A value has 256 characters at most' }] : [];
    });
    const count = Object.keys(tags).length;
    return count < 50
        ? refused
        : [...refused, { what: 'Input `tags` has too many tags', seen: String(count), fix: 'Give 49 at most' }];
}
const TEMPLATE_BODY_LIMIT = 51_200;
const TEMPLATE_FILE_LIMIT = 1024 * 1024;
function needsUpload(bytes) {
    return bytes > TEMPLATE_BODY_LIMIT;
}
function sizeFaults(bytes, file, hasBucket) {
    const fault = (limit, fix) => [
        { what: `The template is larger than ${limit}`, seen: `${bytes.toLocaleString('en')} bytes`, fix, place: { file } },
    ];
    if (bytes > TEMPLATE_FILE_LIMIT)
        return fault('the 1 MB that CloudFormation takes', 'Split the template');
    if (!needsUpload(bytes) || hasBucket)
        return [];
    const limit = `the ${TEMPLATE_BODY_LIMIT.toLocaleString('en')} bytes of a request`;
    return fault(limit, 'Name a bucket in input `template-bucket`: larger ones go through it');
}

;// CONCATENATED MODULE: ./build/stacks/plan.js






function makePlan(input) {
    const names = input.entries.map(entry => entry.shortName);
    const faults = [...onlyFaults(input), ...(0,sources/* unknownValues */.LS)(input, names), ...tagFaults(input.tags)];
    const stacks = planStacks(input, faults);
    (0,fault/* throwIfAny */.MI)(faults);
    return arrange(stacks, input);
}
function makeTeardownPlan(input) {
    const full = { ...input, values: new Map(), tags: {}, hasTemplateBucket: true };
    (0,fault/* throwIfAny */.MI)(onlyFaults(full));
    return arrange(planStacks(full, []), full);
}
function onlyFaults({ only, entries }) {
    const names = entries.map(entry => entry.shortName);
    const what = 'Input `only` names no stack of the stacks file';
    return only
        .filter(name => !names.includes(name))
        .map(name => ({ what, seen: `\`${name}\``, fix: (0,suggest/* suggest */.Z)(name, names) }));
}
function planStacks(input, faults) {
    return input.entries.map((entry, index) => planStack(entry, input, input.entries.slice(0, index), faults));
}
function arrange(stacks, input) {
    const dependencies = withImports(stacks, declaredDependencies(stacks, input), input.region);
    const ordered = (0,graph/* order */.fq)(stacks.map(({ shortName }) => shortName), dependencies);
    if ('cycle' in ordered) {
        const place = input.entries.find(({ shortName }) => shortName === ordered.cycle[0])?.place;
        const what = `The stacks depend on each other in a circle: ${ordered.cycle.join(' → ')}`;
        throw new fault/* UserFault */.ax({ what, fix: 'Remove one `from` or `depends-on` of the circle', place });
    }
    const isChosen = (name) => input.only.length === 0 || input.only.includes(name);
    const byName = new Map(stacks.map(stack => [stack.shortName, stack]));
    return {
        prefix: input.prefix,
        stacks: ordered.order.filter(isChosen).flatMap(name => byName.get(name) ?? []),
        leftOut: ordered.order.filter(name => !isChosen(name)),
        dependencies,
    };
}
function declaredDependencies(stacks, input) {
    return new Map(stacks.map(({ shortName, parameters }, index) => {
        const byOutput = parameters.flatMap(({ source }) => (source.kind === 'output' ? [source.stack] : []));
        return [shortName, new Set([...(input.entries[index]?.dependsOn ?? []), ...byOutput])];
    }));
}
function planStack(entry, input, earlier, faults) {
    const template = (0,sources/* templateOf */.kW)(entry.shortName, input);
    const stackName = `${input.prefix}-${entry.shortName}`;
    const bytes = Buffer.byteLength(template.text);
    if (stackName.length > 128) {
        faults.push({
            what: 'A stack name may have 128 characters at most',
            seen: `\`${stackName}\` with ${stackName.length}`,
            fix: 'Shorten `stack-prefix`',
        });
    }
    faults.push(...sizeFaults(bytes, template.file, input.hasTemplateBucket));
    for (const [name, rule] of Object.entries(entry.parameters)) {
        if (Object.hasOwn(template.parameters, name))
            continue;
        faults.push({
            what: `Template ${template.file} has no parameter \`${name}\``,
            fix: (0,suggest/* suggest */.Z)(name, Object.keys(template.parameters)),
            place: rule.place,
        });
    }
    const parameters = Object.values(template.parameters).map(declaration => ({
        declaration,
        source: (0,sources/* sourceOf */.vz)(declaration, entry, input, earlier, faults),
    }));
    faults.push(...parameters.flatMap(parameter => (0,sources/* valueFault */.SH)(parameter, template)));
    return {
        shortName: entry.shortName,
        stackName,
        template,
        parameters,
        capabilities: template.capabilities,
        tags: { ...input.tags, [PREFIX_TAG]: input.prefix },
        needsUpload: needsUpload(bytes),
    };
}


/***/ }),

/***/ 7204:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   EW: () => (/* binding */ IMAGE_INPUTS),
/* harmony export */   RZ: () => (/* binding */ valueFaults),
/* harmony export */   hd: () => (/* binding */ resolve)
/* harmony export */ });
/* harmony import */ var _classify_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8424);
/* harmony import */ var _parameter_check_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7102);
/* harmony import */ var _sources_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(1574);



function resolve({ declaration, source }, pool, deployed) {
    const value = (0,_sources_js__WEBPACK_IMPORTED_MODULE_2__/* .knownValue */ .jj)(source) ?? provided(source, pool);
    if (value !== undefined)
        return { value };
    if (source.kind === 'output' && declaration.default !== undefined)
        return { value: declaration.default };
    return (0,_classify_js__WEBPACK_IMPORTED_MODULE_0__/* .isStanding */ .Pj)(deployed) && Object.hasOwn(deployed.parameters, declaration.name)
        ? { usePrevious: true }
        : undefined;
}
function provided(source, pool) {
    if (source.kind === 'output') {
        const outputs = pool.outputs.get(source.stack) ?? {};
        return Object.hasOwn(outputs, source.output) ? outputs[source.output] : undefined;
    }
    return source.kind === 'lookup' ? pool.lookups.get(source.lookup) : undefined;
}
function valueFaults(parameter, value, stack, isProviderDone) {
    const { declaration, source } = parameter;
    const place = stack.template.place(['Parameters', declaration.name]);
    if (value === undefined)
        return [{ ...missing(parameter, stack, isProviderDone), place }];
    const accepted = 'value' in value ? (0,_parameter_check_js__WEBPACK_IMPORTED_MODULE_1__/* .refusal */ .x5)(declaration, value.value) : undefined;
    if (accepted === undefined || !('value' in value))
        return [];
    const origin = source.kind === 'output' ? `output \`${source.stack}.${source.output}\`` : source.kind;
    const what = `Parameter \`${declaration.name}\` of stack \`${stack.shortName}\` refuses the value of ${origin}`;
    return [{ what, seen: (0,_sources_js__WEBPACK_IMPORTED_MODULE_2__/* .shown */ .SP)(declaration, value.value), fix: `Accepted: ${accepted}`, place }];
}
function missing({ declaration, source }, stack, isProviderDone) {
    const { name } = declaration;
    const give = `give \`${stack.shortName}.${name}\` in input \`parameters\``;
    if (source.kind === 'output') {
        const what = `Stack \`${stack.shortName}\` needs \`${name}\` from stack \`${source.stack}\`, which has no output \`${source.output}\` now`;
        const cause = isProviderDone ? `See whether a condition keeps that output away` : `Deploy \`${source.stack}\` too`;
        return { what, fix: `${cause}, or ${give}` };
    }
    const input = IMAGE_INPUTS.get(name);
    return {
        what: `Parameter \`${name}\` of stack \`${stack.shortName}\` has no value`,
        seen: 'no input, no entry in the stacks file, no earlier output, no default, no deployed value',
        fix: input ? `Give input \`${input}\`` : `Give \`${name}\` in input \`parameters\``,
    };
}
const IMAGE_INPUTS = new Map([
    ['ImageUri', 'image-uri'],
    ['CollectorImageUri', 'collector-image-uri'],
]);


/***/ }),

/***/ 687:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   _: () => (/* binding */ schedule)
/* harmony export */ });
async function schedule(items, { dependencies, limit, afterFailure }, work) {
    const known = new Set(items.map(({ shortName }) => shortName));
    const results = new Map();
    const running = new Map();
    const waiting = new Set(items);
    const needs = ({ shortName }) => [...(dependencies.get(shortName) ?? [])].filter(other => known.has(other));
    const bad = new Set();
    const isReady = (item) => needs(item).every(name => results.has(name) && !bad.has(name));
    const order = [];
    const start = (item) => {
        waiting.delete(item);
        order.push(item.shortName);
        const task = work.run(item).then(result => {
            results.set(item.shortName, result);
            if (!work.isGood(result))
                bad.add(item.shortName);
            running.delete(item.shortName);
        });
        running.set(item.shortName, task);
    };
    for (;;) {
        const ready = afterFailure === 'stop' && bad.size > 0 ? [] : [...waiting].filter(isReady);
        for (const item of ready.slice(0, limit - running.size))
            start(item);
        if (running.size === 0)
            break;
        await Promise.race(running.values());
    }
    const begun = order.flatMap(name => (results.has(name) ? [results.get(name)] : []));
    const [firstBad = ''] = bad;
    return [...begun, ...[...waiting].map(item => work.skip(item, needs(item).find(name => bad.has(name)) ?? firstBad))];
}


/***/ }),

/***/ 1965:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  F: () => (/* binding */ parseAsWritten),
  P: () => (/* binding */ parseSource)
});

// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(8815);
;// CONCATENATED MODULE: ./build/stacks/short-forms.js

const SHORT_FORMS = [
    'And',
    'Base64',
    'Cidr',
    'Condition',
    'Equals',
    'FindInMap',
    'ForEach',
    'GetAtt',
    'GetAZs',
    'GetStackOutput',
    'If',
    'ImportValue',
    'Join',
    'Length',
    'Not',
    'Or',
    'Ref',
    'Select',
    'Split',
    'Sub',
    'ToJsonString',
    'Transform',
];
const SHORT_FORM_TAGS = SHORT_FORMS.flatMap(name => {
    const longForm = name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`;
    const wrap = (node) => {
        const map = new dist/* YAMLMap */.CA();
        map.add(new dist/* Pair */.Rm(new dist/* Scalar */.X5(longForm), node));
        return map;
    };
    return [
        {
            tag: `!${name}`,
            resolve: (text) => ({ [longForm]: name === 'GetAtt' ? splitAttribute(text) : text }),
        },
        { tag: `!${name}`, collection: 'seq', nodeClass: dist/* YAMLSeq */.Rw, resolve: wrap },
        { tag: `!${name}`, collection: 'map', nodeClass: dist/* YAMLMap */.CA, resolve: wrap },
    ];
});
function splitAttribute(text) {
    const dot = text.indexOf('.');
    return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

;// CONCATENATED MODULE: ./build/stacks/source-document.js


function parseSource(text) {
    return parse(text, {
        version: '1.1',
        customTags: tags => [...tags.filter(tag => !REPLACED_TAGS.has(tagName(tag))), ...BOOLEANS, ...SHORT_FORM_TAGS],
    });
}
function parseAsWritten(text) {
    return parse(text, { schema: 'failsafe', customTags: SHORT_FORM_TAGS });
}
function parse(text, options) {
    const lines = new dist/* LineCounter */.HN();
    const document = (0,dist/* parseDocument */.Tp)(text, {
        ...options,
        merge: false,
        lineCounter: lines,
        prettyErrors: false,
    });
    const positionAt = (offset) => {
        const { line, col } = lines.linePos(offset);
        return { line: Math.max(line, 1), column: Math.max(col, 1) };
    };
    const faults = [
        ...document.errors,
        ...document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED'),
        ...danglingAliases(document),
    ].map(({ message, pos }) => ({ message, ...positionAt(pos[0]) }));
    return {
        value: faults.length === 0 ? document.toJS({ maxAliasCount: MOST_ALIASES }) : undefined,
        faults,
        locate: path => positionAt(nodesOn(document.contents, path).at(-1)?.anchor.range?.[0] ?? 0),
        textAt: path => {
            const found = nodesOn(document.contents, path);
            const node = found.length === path.length + 1 ? found.at(-1)?.node : undefined;
            if (!(0,dist/* isScalar */.jn)(node))
                return undefined;
            return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
        },
    };
}
const MOST_ALIASES = 10_000;
const REPLACED_TAGS = new Set(['binary', 'bool', 'merge', 'omap', 'pairs', 'set', 'timestamp'].map(name => `tag:yaml.org,2002:${name}`));
function tagName(tag) {
    return typeof tag === 'string' ? `tag:yaml.org,2002:${tag}` : String(tag.tag);
}
const BOOLEANS = [
    { test: /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/, value: true },
    { test: /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/, value: false },
].map(({ test, value }) => ({
    tag: 'tag:yaml.org,2002:bool',
    default: true,
    test,
    resolve: () => value,
    stringify: () => String(value),
}));
function danglingAliases(document) {
    const found = [];
    (0,dist/* visit */.YR)(document, {
        Alias(_, alias) {
            const offset = alias.range?.[0] ?? 0;
            if (!alias.resolve(document))
                found.push({ message: `No anchor \`&${alias.source}\` stands before its alias`, pos: [offset, offset] });
        },
    });
    return found;
}
function nodesOn(contents, path) {
    if (!contents)
        return [];
    const found = [{ node: contents, anchor: contents }];
    for (const step of path) {
        const node = found.at(-1)?.node;
        if (!(0,dist/* isCollection */.P3)(node))
            break;
        const item = (0,dist/* isMap */.jh)(node)
            ? node.items.find(pair => (0,dist/* isPair */.tO)(pair) && (0,dist/* isScalar */.jn)(pair.key) && String(pair.key.value) === String(step))
            : node.items[Number(step)];
        if (item === undefined)
            break;
        found.push((0,dist/* isPair */.tO)(item) ? { node: item.value, anchor: item.key } : { node: item, anchor: item });
    }
    return found;
}


/***/ }),

/***/ 1574:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   LS: () => (/* binding */ unknownValues),
/* harmony export */   SH: () => (/* binding */ valueFault),
/* harmony export */   SP: () => (/* binding */ shown),
/* harmony export */   jj: () => (/* binding */ knownValue),
/* harmony export */   kW: () => (/* binding */ templateOf),
/* harmony export */   vz: () => (/* binding */ sourceOf)
/* harmony export */ });
/* harmony import */ var _runner_suggest_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(833);
/* harmony import */ var _capabilities_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6792);
/* harmony import */ var _parameter_check_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7102);



function sourceOf(declaration, entry, input, earlier, faults) {
    const { name } = declaration;
    const given = input.values.get(`${entry.shortName}.${name}`) ?? input.values.get(name);
    if (given)
        return { kind: 'input', name: given.origin, value: given.value };
    const rule = entry.parameters[name];
    if (rule?.kind === 'literal')
        return { kind: 'stacks-file', value: rule.value, place: rule.place };
    if (rule?.kind === 'lookup')
        return { kind: 'lookup', lookup: rule.lookup };
    if (rule?.kind === 'from') {
        const outputs = templateOf(rule.stack, input).outputs;
        if (!mayHaveOutput(templateOf(rule.stack, input), rule.output)) {
            faults.push({
                what: `Stack \`${rule.stack}\` has no output \`${rule.output}\``,
                fix: (0,_runner_suggest_js__WEBPACK_IMPORTED_MODULE_0__/* .suggest */ .Z)(rule.output, outputs),
                place: rule.place,
            });
        }
        return { kind: 'output', stack: rule.stack, output: rule.output };
    }
    const providers = earlier.filter(other => templateOf(other.shortName, input).outputs.includes(name));
    if (providers.length > 1) {
        faults.push({
            what: `Parameter \`${name}\` of stack \`${entry.shortName}\` has two sources: the outputs of ${providers.map(({ shortName }) => `\`${shortName}\``).join(' and ')}`,
            fix: `Say which under \`stacks.${entry.shortName}.parameters\`, such as \`${name}: { from: ${providers[0]?.shortName}.${name} }\``,
            place: entry.place,
        });
    }
    if (providers[0])
        return { kind: 'output', stack: providers[0].shortName, output: name };
    return declaration.default === undefined ? { kind: 'deployed' } : { kind: 'default', value: declaration.default };
}
function knownValue(source) {
    return 'value' in source ? source.value : undefined;
}
function valueFault({ declaration, source }, template) {
    const value = knownValue(source);
    const accepted = value === undefined ? undefined : (0,_parameter_check_js__WEBPACK_IMPORTED_MODULE_2__/* .refusal */ .x5)(declaration, value);
    if (value === undefined || accepted === undefined)
        return [];
    const origin = source.kind === 'input' ? ` (input \`${source.name}\`)` : '';
    const place = source.kind === 'stacks-file'
        ? source.place
        : source.kind === 'default'
            ? template.place(['Parameters', declaration.name, 'Default'])
            : undefined;
    return [
        {
            what: `The template ${template.file} refuses this value of parameter \`${declaration.name}\`${origin}`,
            seen: shown(declaration, value),
            fix: `Accepted: ${accepted}`,
            place,
        },
    ];
}
function shown(declaration, value) {
    return declaration.noEcho ? 'a NoEcho value' : `\`${value}\``;
}
function unknownValues({ values, templates }, names) {
    const faults = [];
    for (const [key, { origin }] of values) {
        const dot = key.indexOf('.');
        const stack = dot < 0 ? undefined : key.slice(0, dot);
        const parameter = key.slice(dot + 1);
        if (stack !== undefined && !names.includes(stack)) {
            faults.push({
                what: `Input \`${origin}\` sets a parameter of a stack that is not in the stacks file`,
                seen: `\`${key}\``,
                fix: (0,_runner_suggest_js__WEBPACK_IMPORTED_MODULE_0__/* .suggest */ .Z)(stack, names),
            });
            continue;
        }
        const candidates = [...templates]
            .filter(([name]) => stack === undefined || stack === name)
            .flatMap(([, template]) => Object.keys(template.parameters));
        if (candidates.includes(parameter))
            continue;
        faults.push({
            what: `Input \`${origin}\` sets parameter \`${parameter}\`, which ${stack ? `the template of \`${stack}\` does not have` : 'no template has'}`,
            fix: (0,_runner_suggest_js__WEBPACK_IMPORTED_MODULE_0__/* .suggest */ .Z)(parameter, candidates),
        });
    }
    return faults;
}
function mayHaveOutput(template, output) {
    return template.outputs.includes(output) || (0,_capabilities_js__WEBPACK_IMPORTED_MODULE_1__/* .hasTransform */ .HD)(template.value);
}
function templateOf(shortName, input) {
    const template = input.templates.get(shortName);
    if (!template)
        throw new Error(`no template was read for stack ${shortName}`);
    return template;
}


/***/ }),

/***/ 3996:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ statusFaults),
/* harmony export */   V: () => (/* binding */ protectionFaults)
/* harmony export */ });
function statusFaults(stackName, verdict) {
    if (verdict?.kind === 'busy') {
        const what = `Another operation is going on with stack \`${stackName}\``;
        return [{ what, seen: verdict.status, fix: 'Wait for its end, then run again' }];
    }
    if (verdict?.kind === 'stuck') {
        const what = `Stack \`${stackName}\` cannot be updated as it is`;
        return [{ what, seen: verdict.status, fix: verdict.advice }];
    }
    return [];
}
function protectionFaults({ name, terminationProtection }) {
    if (!terminationProtection)
        return [];
    const command = `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${name}`;
    return [
        { what: `Termination protection is on for stack \`${name}\``, fix: `Turn it off (${command}), then run again` },
    ];
}


/***/ }),

/***/ 8551:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Q: () => (/* binding */ parseTemplate),
  H: () => (/* binding */ unknownTemplate)
});

// EXTERNAL MODULE: ./build/stacks/capabilities.js
var capabilities = __webpack_require__(6792);
// EXTERNAL MODULE: ./build/stacks/json-values.js
var json_values = __webpack_require__(5323);
// EXTERNAL MODULE: ./build/stacks/source-document.js + 1 modules
var source_document = __webpack_require__(1965);
// EXTERNAL MODULE: ./build/runner/suggest.js
var suggest = __webpack_require__(833);
;// CONCATENATED MODULE: ./build/stacks/references.js



function danglingReferences(template, place) {
    if ((0,capabilities/* hasTransform */.HD)(template))
        return [];
    const bodies = (section) => Object.entries((0,json_values/* isRecord */.u)(template[section]) ? template[section] : {});
    const known = knownNames(template);
    return [
        ...bodies('Resources').flatMap(([id, resource]) => resourceReferences(resource, ['Resources', id])),
        ...bodies('Outputs').flatMap(([id, output]) => conditionOf(output, ['Outputs', id])),
        ...['Conditions', 'Outputs'].flatMap(section => [...references(template[section], [section])]),
    ].flatMap(({ kind, name, path }) => {
        if (name.startsWith('AWS::') || known[kind].includes(name))
            return [];
        const what = `${WORDS[kind]} \`${name}\` is not defined in this template`;
        return [{ what, fix: (0,suggest/* suggest */.Z)(name, known[kind]), place: place(path) }];
    });
}
const WORDS = {
    value: 'Parameter or resource',
    resource: 'Resource',
    condition: 'Condition',
    mapping: 'Mapping',
};
function knownNames(template) {
    const names = (section) => ((0,json_values/* isRecord */.u)(template[section]) ? Object.keys(template[section]) : []);
    const resource = names('Resources');
    return {
        value: [...names('Parameters'), ...resource],
        resource,
        condition: names('Conditions'),
        mapping: names('Mappings'),
    };
}
function resourceReferences(resource, path) {
    if (!(0,json_values/* isRecord */.u)(resource))
        return [];
    const dependsOn = [resource.DependsOn].flat().filter(name => typeof name === 'string');
    return [
        ...dependsOn.map((name) => ({ kind: 'resource', name, path: [...path, 'DependsOn'] })),
        ...conditionOf(resource, path),
        ...references(resource.Properties, [...path, 'Properties']),
    ];
}
function conditionOf(body, path) {
    if (!(0,json_values/* isRecord */.u)(body) || typeof body.Condition !== 'string')
        return [];
    return [{ kind: 'condition', name: body.Condition, path: [...path, 'Condition'] }];
}
function* references(value, path) {
    if (Array.isArray(value))
        for (const [index, item] of value.entries())
            yield* references(item, [...path, index]);
    if (!(0,json_values/* isRecord */.u)(value))
        return;
    const entries = Object.entries(value);
    const [key = '', argument] = entries[0] ?? [];
    if (entries.length === 1) {
        for (const { kind, name } of referenced(key, argument))
            if (typeof name === 'string')
                yield { kind, name, path };
    }
    for (const [name, item] of entries)
        yield* references(item, [...path, name]);
}
function referenced(intrinsic, argument) {
    const first = Array.isArray(argument) ? argument[0] : undefined;
    switch (intrinsic) {
        case 'Ref':
            return [{ kind: 'value', name: argument }];
        case 'Condition':
            return [{ kind: 'condition', name: argument }];
        case 'Fn::If':
            return [{ kind: 'condition', name: first }];
        case 'Fn::FindInMap':
            return [{ kind: 'mapping', name: first }];
        case 'Fn::GetAtt':
            return [{ kind: 'resource', name: attributeOwner(argument) }];
        case 'Fn::Sub':
            return substitutions(argument).map(name => ({ kind: 'value', name }));
        default:
            return [];
    }
}
function attributeOwner(argument) {
    return Array.isArray(argument) ? argument[0] : typeof argument === 'string' ? argument.split('.')[0] : undefined;
}
function substitutions(argument) {
    const [text, given] = Array.isArray(argument) ? argument : [argument, {}];
    if (typeof text !== 'string')
        return [];
    return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)]
        .map(match => (match[1] ?? '').trim())
        .filter(name => !(0,json_values/* isRecord */.u)(given) || !Object.hasOwn(given, name))
        .map(name => name.split('.')[0] ?? name);
}

;// CONCATENATED MODULE: ./build/stacks/template-check.js


const LIMITS = { Parameters: 200, Resources: 500, Outputs: 200, Mappings: 200 };
function templateFaults(document, text, file, place) {
    if (document.faults.length > 0) {
        return document.faults.map(({ message, ...at }) => ({
            what: `Broken template: ${message}`,
            place: { file, ...at },
        }));
    }
    const { value } = document;
    if (!(0,json_values/* isRecord */.u)(value)) {
        const seen = text.trim() === '' ? 'an empty file' : `\`${text.trim().split('\n')[0]?.slice(0, 60)}\``;
        return [{ what: 'A template must be a mapping with `Resources`', seen, place: { file } }];
    }
    const layers = [
        () => sectionFaults(value, place),
        () => typeFaults(value, place),
        () => danglingReferences(value, place),
    ];
    for (const layer of layers) {
        const faults = layer();
        if (faults.length > 0)
            return faults;
    }
    return [];
}
function sectionFaults(value, place) {
    return Object.entries(LIMITS).flatMap(([section, limit]) => {
        const entries = value[section];
        if (entries === undefined && section !== 'Resources')
            return [];
        const at = place([section]);
        if (!(0,json_values/* isRecord */.u)(entries)) {
            return [{ what: `\`${section}\` must be a mapping`, fix: 'Add at least one entry, or remove it', place: at }];
        }
        const count = Object.keys(entries).length;
        if (count <= limit)
            return [];
        const fix = `CloudFormation takes ${limit}; split the template`;
        return [{ what: `\`${section}\` has too many entries`, seen: String(count), fix, place: at }];
    });
}
const TYPED = { Resources: 'AWS::S3::Bucket', Parameters: 'String' };
function typeFaults(value, place) {
    return Object.entries(TYPED).flatMap(([section, example]) => {
        const entries = Object.entries((value[section] ?? {}));
        return entries
            .filter(([id, body]) => !id.startsWith('Fn::') && !((0,json_values/* isRecord */.u)(body) && typeof body.Type === 'string'))
            .map(([id]) => ({
            what: `${section.slice(0, -1)} \`${id}\` has no \`Type\``,
            fix: `Give it one, such as \`Type: ${example}\``,
            place: place([section, id]),
        }));
    });
}

;// CONCATENATED MODULE: ./build/stacks/template.js




function parseTemplate(text, file) {
    const document = (0,source_document/* parseSource */.P)(text);
    const place = (path) => ({ file, ...document.locate(path) });
    const faults = templateFaults(document, text, file, place);
    if (faults.length > 0)
        return { faults };
    const value = document.value;
    const entries = (section) => Object.entries((value[section] ?? {})).filter(([id]) => !id.startsWith('Fn::'));
    const outputs = entries('Outputs');
    return {
        template: {
            file,
            text,
            value,
            parameters: Object.fromEntries(entries('Parameters').map(([name, raw]) => [name, readParameter(name, raw, document)])),
            resources: Object.fromEntries(entries('Resources').map(([id, raw]) => [id, readResource(raw)])),
            outputs: outputs.map(([name]) => name),
            exports: [
                ...outputs.flatMap(([, output]) => ((0,json_values/* isRecord */.u)(output.Export) ? [output.Export.Name] : [])),
                ...(hasHiddenOutputs(value) ? [UNKNOWN_NAME] : []),
            ],
            imports: [...(0,json_values/* argumentsOf */.a)(value, 'Fn::ImportValue')],
            capabilities: (0,capabilities/* requiredCapabilities */.gA)(value),
            place,
        },
    };
}
function unknownTemplate(file) {
    return {
        file,
        text: '',
        value: {},
        parameters: {},
        resources: {},
        outputs: [],
        exports: [UNKNOWN_NAME],
        imports: [UNKNOWN_NAME],
        capabilities: [],
        place: () => ({ file }),
    };
}
const UNKNOWN_NAME = { 'Fn::Transform': 'unknown' };
function hasHiddenOutputs(value) {
    const hasLoop = (0,json_values/* isRecord */.u)(value.Outputs) && Object.keys(value.Outputs).some(key => key.startsWith('Fn::'));
    return hasLoop || (0,capabilities/* hasMacro */.rN)(value);
}
function readParameter(name, raw, document) {
    const text = (...path) => document.textAt(['Parameters', name, ...path]);
    const number = (key) => (raw[key] === undefined ? undefined : Number(raw[key]));
    return {
        name,
        type: String(raw.Type),
        default: raw.Default === null ? '' : text('Default'),
        noEcho: String(raw.NoEcho) === 'true',
        allowedValues: Array.isArray(raw.AllowedValues)
            ? raw.AllowedValues.map((value, index) => text('AllowedValues', index) ?? String(value))
            : undefined,
        allowedPattern: text('AllowedPattern'),
        constraintDescription: text('ConstraintDescription'),
        minLength: number('MinLength'),
        maxLength: number('MaxLength'),
        minValue: number('MinValue'),
        maxValue: number('MaxValue'),
    };
}
function readResource(raw) {
    const description = (0,json_values/* isRecord */.u)(raw.Metadata) ? raw.Metadata['zap-obs:description'] : undefined;
    return {
        type: String(raw.Type),
        deletionPolicy: typeof raw.DeletionPolicy === 'string' ? raw.DeletionPolicy : undefined,
        description: typeof description === 'string' ? description : undefined,
    };
}


/***/ }),

/***/ 1949:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   h: () => (/* binding */ timelineOf)
/* harmony export */ });
/* harmony import */ var _follow_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(43);

function timelineOf(events) {
    const times = new Map();
    for (const event of events) {
        if ((0,_follow_js__WEBPACK_IMPORTED_MODULE_0__/* .isOwnEvent */ .tU)(event))
            continue;
        const time = times.get(event.logicalId) ?? {
            logicalId: event.logicalId,
            type: event.type,
            from: event.at,
            to: event.at,
            failed: false,
        };
        times.set(event.logicalId, { ...time, to: event.at, failed: time.failed || event.status.endsWith('_FAILED') });
    }
    return [...times.values()];
}


/***/ })

};
