import { parseArgs } from "node:util";
import { setImmediate, setTimeout } from "node:timers/promises";
import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
// local/aws/src/command-line.ts
/** One line for a call. */
function showCall({ service, action, status, error, fault, at }) {
	const answer = status === 0 ? "not processed" : error === void 0 ? status : `${status} ${error}`;
	console.log(`${at.slice(11, 19)} ${service} ${action} ${answer}${fault === void 0 ? "" : ` (fault: ${fault})`}`);
}
/** One line for a fault of a resource; that of a call is shown with the call. */
function showStrike({ fault, where }) {
	if (!where.includes(":")) console.log(`${(/* @__PURE__ */ new Date()).toISOString().slice(11, 19)} fault: ${fault}, ${where}`);
}
/** Reads a port as a user gives it; throws an Error that says what is wrong with it. */
function readPort(given, otherwise) {
	const port = Number(given ?? otherwise);
	if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
	throw new Error(`--port takes a number from 0 to 65535, not '${given}'`);
}
/** Ends the process with the one error that explains it. */
function fail$1(error, usage) {
	const { code, message } = error;
	if (code === "EADDRINUSE") console.error(`local AWS: the port is taken; choose another with --port (${message})`);
	else if (code?.startsWith("ERR_PARSE_ARGS")) console.error(`local AWS: ${message}\n${usage}`);
	else console.error(`local AWS: ${message}`);
	process.exitCode = 1;
}
// local/aws/src/faults/injector.ts
/** The faults that are switched on. */
var Faults = class {
	#switched = /* @__PURE__ */ new Set();
	#table;
	#onStrike;
	/** `table`: the faults that there are. */
	constructor(table, onStrike = () => {}) {
		this.#table = table;
		this.#onStrike = onStrike;
	}
	/** Switches a fault on, until it is removed. */
	inject(injection) {
		const declaration = this.#table[injection.fault];
		if (!declaration) throw new Error(`no fault is called ${injection.fault}`);
		const { probability, seed = 1, times } = injection;
		const { seconds = 0, status = 0, reason = "" } = {
			...declaration.parameters,
			...injection
		};
		const isEndless = declaration.isLasting === true || probability !== void 0;
		const switched = {
			injection,
			declaration,
			parameters: {
				seconds,
				status,
				reason
			},
			memory: /* @__PURE__ */ new Map(),
			random: seededRandom(seed),
			times: times ?? (isEndless ? Number.POSITIVE_INFINITY : 1),
			met: 0,
			struck: 0
		};
		this.#switched.add(switched);
		return {
			get struck() {
				return switched.struck;
			},
			remove: () => void this.#switched.delete(switched)
		};
	}
	/** Where faults of requests and of the transport act: told of every request before it is processed. */
	onRequest(call) {
		const fate = {
			struck: [],
			marks: /* @__PURE__ */ new Map()
		};
		for (const fault of this.#switched) {
			const { refuse, transport, isShownByService } = fault.declaration.effect;
			if (!refuse && !transport && !isShownByService || !this.#isDue(fault, call)) continue;
			const refusal = refuse?.(call, fault);
			if (refusal) fate.refusal ??= refusal;
			if (transport && !fate.transport) fate.transport = {
				...transport,
				fault
			};
			if (isShownByService) fate.marks.set(fault.injection.fault, fault.parameters);
			if (refusal || transport || isShownByService) this.#strike(fault, `${call.service}:${call.action}`, fate.struck);
		}
		return fate;
	}
	/** Where faults of CloudFormation's state and answers act: around each of its calls. */
	onCloudFormation(asked, struck, answer) {
		const call = {
			service: "cloudformation",
			action: asked.action,
			stack: asked.stack
		};
		const where = `cloudformation:${asked.action}`;
		const due = (kind) => [...this.#switched].filter((fault) => fault.declaration.effect[kind] && this.#isDue(fault, call));
		for (const fault of due("happen")) if (fault.declaration.effect.happen?.(asked, fault)) this.#strike(fault, where, struck);
		for (const fault of due("answer")) {
			const changed = fault.declaration.effect.answer?.(asked, answer, fault);
			if (!changed) continue;
			this.#strike(fault, where, struck);
			return changed;
		}
		return answer();
	}
	/** Where faults of resources act: the fault that strikes this work, if any. */
	onResource(work, stack, logicalId) {
		for (const fault of this.#switched) {
			if (fault.declaration.effect.resource !== work || !isLike(fault.injection.resource, logicalId)) continue;
			if (!this.#isDue(fault, {
				action: "",
				stack
			})) continue;
			this.#strike(fault, `${logicalId} of ${stack}`, []);
			return fault.parameters;
		}
	}
	#isDue(fault, { action, stack }) {
		const { injection, declaration, times } = fault;
		if (!(isLike(injection.stack, stack) && (action === "" || isLike(injection.action ?? declaration.action, action)))) return false;
		fault.met += 1;
		if (fault.met <= (injection.after ?? 0) || fault.struck >= times) return false;
		return fault.random() < (injection.probability ?? 1);
	}
	#strike(fault, where, struck) {
		fault.struck += 1;
		struck.push(fault.injection.fault);
		this.#onStrike({
			fault: fault.injection.fault,
			where
		});
	}
};
function isLike(pattern, text) {
	if (pattern === void 0 || pattern === "*") return true;
	const parts = pattern.split("*").map((part) => part.replaceAll(/[^\w-]/g, String.raw`\$&`));
	return new RegExp(`^${parts.join(".*")}$`).test(text ?? "");
}
/** Numbers in [0, 1) that are the same for the same seed (mulberry32, by Tommy Ettinger, public domain). */
function seededRandom(seed) {
	let state = seed >>> 0;
	return () => {
		state = state + 1831565813 >>> 0;
		let mixed = Math.imul(state ^ state >>> 15, state | 1);
		mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
		return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
	};
}
const NUMBERS$1 = [
	"times",
	"after",
	"probability",
	"seed",
	"seconds",
	"status"
];
const TEXTS$1 = [
	"action",
	"stack",
	"resource"
];
/**
* Reads a fault of `table` as a command line names it: `throttled`, `throttled:DescribeStackEvents:5`,
* `slow-answer:seconds=3`.
*
* @throws Error that says what is wrong with it
*/
function parseFaultOf(table, words) {
	const [fault = "", ...rest] = words.split(":");
	if (!Object.hasOwn(table, fault)) throw new Error(`no fault is called '${fault}'; there are: ${Object.keys(table).join(", ")}`);
	const injection = { fault };
	while (rest.length > 0) {
		const word = rest.shift() ?? "";
		const [, key, text = ""] = /^([a-z]+)=(.*)$/.exec(word) ?? [];
		if (key === void 0) injection[/^\d+$/.test(word) ? "times" : "action"] = /^\d+$/.test(word) ? Number(word) : word;
		else if (key === "reason") injection.reason = [text, ...rest.splice(0)].join(":");
		else if (TEXTS$1.includes(key)) injection[key] = text;
		else if (NUMBERS$1.includes(key) && text !== "" && Number(text) >= 0) injection[key] = Number(text);
		else throw new Error(`'${word}' says nothing of fault ${fault}; known are ${[...NUMBERS$1, ...TEXTS$1].join("=, ")}=, reason=`);
	}
	return injection;
}
// local/aws/src/clock.ts
/** The clock of the machine. Its timers keep no process alive: the listening socket does. */
const systemClock = {
	now: () => /* @__PURE__ */ new Date(),
	async sleep(seconds, signal) {
		try {
			if (seconds > 0) await setTimeout(seconds * 1e3, void 0, {
				signal,
				ref: false
			});
			else await setImmediate();
		} catch (error) {
			signal.throwIfAborted();
			throw error;
		}
		signal.throwIfAborted();
	}
};
// local/aws/src/wire/aws-error.ts
/** An error as an AWS service reports it: its code, its text and its HTTP status. Everything else that is thrown is a bug. */
var AwsError = class extends Error {
	code;
	status;
	constructor(code, message, status = 400) {
		super(message);
		this.name = "AwsError";
		this.code = code;
		this.status = status;
	}
};
/** CloudFormation's one error for nearly everything that is wrong with a request. */
function validationError(message) {
	return new AwsError("ValidationError", message);
}
/** The error of a member that breaks the API model's constraint on it, e.g. `Member must not be null`. */
function constraintError(member, value, rule) {
	return validationError(`1 validation error detected: Value ${value === null ? "null" : `'${value}'`} at '${member}' failed to satisfy constraint: ${rule}`);
}
// local/aws/src/wire/credentials.ts
/** Access key ids that show a fault; `faults.ts` names them. */
const EXPIRED = "ASIAEXPIREDEXAMPLE00";
const INVALID = "AKIAINVALIDEXAMPLE00";
/**
* Reads the credential scope from the Authorization header or a presigned URL; undefined when the request is not signed.
* The signature itself is not verified. Throws IncompleteSignature for a scope that is none.
*/
function credentialScope(headers, url) {
	const credential = /Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1] ?? url.searchParams.get("X-Amz-Credential");
	if (!credential) return void 0;
	const [accessKeyId = "", , region = "", service = ""] = credential.split("/");
	if (region === "" || service === "") throw new AwsError("IncompleteSignature", `Credential must have 5 slash-separated elements, got '${credential}'`);
	return {
		accessKeyId,
		region,
		service
	};
}
/** The fault that an access key id stands for; undefined for all others. `service` decides on the error's name. */
function credentialFault({ accessKeyId, service }) {
	if (accessKeyId === EXPIRED) return expiredCredentials(service);
	return accessKeyId === INVALID ? unknownCredentials(service) : void 0;
}
/** The error of credentials that are over. */
function expiredCredentials(service) {
	const json = "ExpiredTokenException";
	return new AwsError({
		ssm: json,
		logs: json,
		xray: json,
		ec2: "RequestExpired"
	}[service] ?? "ExpiredToken", "The security token included in the request is expired", 403);
}
/** The error of credentials that AWS has never seen. */
function unknownCredentials(service) {
	const json = "UnrecognizedClientException";
	const code = {
		ssm: json,
		logs: json,
		xray: json,
		ec2: "AuthFailure",
		s3: "InvalidAccessKeyId"
	}[service];
	return new AwsError(code ?? "InvalidClientTokenId", "The security token included in the request is invalid.", 403);
}
/** The error of a request without credentials. */
function missingToken() {
	return new AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
}
// local/aws/src/faults/wire.ts
const refusing = (error) => ({ refuse: (call, { parameters }) => error(call, parameters.status) });
/** Names of the services' errors for too many requests. */
const THROTTLED = {
	s3: [
		"SlowDown",
		"Please reduce your request rate.",
		503
	],
	ec2: [
		"RequestLimitExceeded",
		"Request limit exceeded.",
		503
	],
	ssm: [
		"ThrottlingException",
		"Rate exceeded",
		400
	],
	logs: [
		"ThrottlingException",
		"Rate exceeded",
		400
	],
	xray: [
		"ThrottledException",
		"Rate exceeded",
		429
	]
};
const throttled = refusing(({ service }) => new AwsError(...THROTTLED[service] ?? [
	"Throttling",
	"Rate exceeded",
	400
]));
const serviceError = refusing(({ service }, status) => status === 503 ? new AwsError(service === "logs" ? "ServiceUnavailableException" : "ServiceUnavailable", "Service is unavailable", status) : new AwsError("InternalFailure", "Internal Failure", status));
const accessDenied = refusing(({ service, action }) => {
	const who = "arn:aws:iam::000000000000:user/local";
	const what = `${service}:${action}`;
	return new AwsError({
		logs: "AccessDeniedException",
		xray: "AccessDeniedException"
	}[service] ?? "AccessDenied", `User: ${who} is not authorized to perform: ${what} because no identity-based policy allows the ${what} action`, service === "logs" ? 400 : 403);
});
const unknownKey = refusing(({ service }) => unknownCredentials(service));
/** The credentials of the first call that it meets are over; others, such as renewed ones, are as good as ever. */
const expired = { refuse({ service, accessKeyId }, { memory }) {
	if (accessKeyId === "") return void 0;
	if (!memory.has("expired")) memory.set("expired", accessKeyId);
	return memory.get("expired") === accessKeyId ? expiredCredentials(service) : void 0;
} };
/** AWS takes a signature for five minutes ("Troubleshooting AWS SigV4", IAM User Guide). */
const TOLERANCE = 3e5;
/** The server's clock is ahead: it says so in each answer's Date, and takes no request that seems too old. */
const clockSkew = {
	refuse({ headers, now, service }, { parameters }) {
		const signed = parseAmzDate(headers["x-amz-date"]);
		const theirs = now.getTime() + parameters.seconds * 1e3;
		if (signed === void 0 || Math.abs(theirs - signed) <= TOLERANCE) return void 0;
		if (service === "s3") return new AwsError("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", 403);
		const [sent, limit, current] = [
			signed,
			theirs - TOLERANCE,
			theirs
		].map(amzDate);
		return new AwsError("SignatureDoesNotMatch", `Signature expired: ${sent} is now earlier than ${limit} (${current} - 5 min.)`, 403);
	},
	transport: {
		isProcessed: true,
		deliver({ response, send }, { parameters }) {
			response.setHeader("date", new Date(Date.now() + parameters.seconds * 1e3).toUTCString());
			send();
		}
	}
};
/** `20260101T000000Z`. */
function amzDate(at) {
	return new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, "");
}
function parseAmzDate(text) {
	const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(text))?.slice(1).map(Number);
	if (!parts) return void 0;
	const [year = 0, month = 1, ...rest] = parts;
	return Date.UTC(year, month - 1, ...rest);
}
const dropping = ({ response }) => void response.destroy();
const connectionReset = { transport: {
	isProcessed: false,
	deliver: dropping
} };
const answerLost = { transport: {
	isProcessed: true,
	deliver: dropping
} };
const hanging = { transport: {
	isProcessed: false,
	deliver: () => {}
} };
const slowAnswer = { transport: {
	isProcessed: true,
	async deliver({ sleep, send }, { parameters }) {
		await sleep(parameters.seconds);
		send();
	}
} };
/** What is cut looks whole to HTTP: that a body is shorter than announced, any client notices. */
const halfAnswer = { transport: {
	isProcessed: true,
	deliver: ({ body, send }) => send(body.subarray(0, body.length / 2))
} };
const PAGE = `<html><head><title>Bad gateway</title></head>
<body><h1>The proxy has no answer</h1><hr><address>proxy.example.com</address></body></html>
`;
// local/aws/src/faults/calls.ts
/** Faults of any call, of whatever service. */
const CALL_FAULTS = {
	throttled: {
		does: "The call is refused: rate exceeded",
		effect: throttled
	},
	"service-error": {
		does: "The call is refused: AWS has a fault of its own (500, or 503)",
		parameters: { status: 500 },
		effect: serviceError
	},
	"access-denied": {
		does: "The call is refused: not allowed",
		isLasting: true,
		effect: accessDenied
	},
	"expired-credentials": {
		does: "The credentials of the first call that it meets are refused from then on; renewed ones are taken",
		isLasting: true,
		trigger: "`AWS_ACCESS_KEY_ID=ASIAEXPIREDEXAMPLE00`",
		effect: expired
	},
	"unknown-credentials": {
		does: "The credentials are refused: AWS does not know them",
		isLasting: true,
		trigger: "`AWS_ACCESS_KEY_ID=AKIAINVALIDEXAMPLE00`",
		effect: unknownKey
	},
	"clock-skew": {
		does: "AWS's clock is ahead: requests that were signed more than five minutes before are refused",
		isLasting: true,
		parameters: { seconds: 3600 },
		effect: clockSkew
	},
	"connection-reset": {
		does: "The connection is lost before the request is processed",
		effect: connectionReset
	},
	"answer-lost": {
		does: "The request is processed, and the connection lost before the answer",
		effect: answerLost
	},
	"slow-answer": {
		does: "The answer takes its time",
		parameters: { seconds: 2 },
		effect: slowAnswer
	},
	hanging: {
		does: "The request is never processed and never answered",
		effect: hanging
	},
	"half-answer": {
		does: "The request is processed, and its answer ends in the middle",
		effect: halfAnswer
	},
	"html-answer": {
		does: "A proxy answers with a page of its own instead; 200 and 502 are the proxies' favourites",
		parameters: { status: 502 },
		effect: { transport: {
			isProcessed: false,
			deliver({ response }, { parameters }) {
				response.writeHead(parameters.status, { "content-type": "text/html" }).end(PAGE);
			}
		} }
	}
};
// local/aws/src/faults/telemetry.ts
const shown = { isShownByService: true };
/** Faults of X-Ray's and CloudWatch Logs' data. */
const TELEMETRY_FAULTS = {
	"segments-unprocessed": {
		does: "The answer is 200 and lists all segments as not processed; none is kept",
		action: "PutTraceSegments",
		effect: shown
	},
	"late-traces": {
		does: "Segments are not shown until they have been there for so many seconds",
		action: "*GetTrace*",
		isLasting: true,
		parameters: { seconds: 5 },
		effect: shown
	},
	"transaction-search": {
		does: "Transaction Search is switched on: spans go to CloudWatch Logs, and X-Ray finds no trace",
		action: "*GetTrace*",
		isLasting: true,
		effect: shown
	},
	"late-log-events": {
		does: "Log events are not shown until they have been there for so many seconds",
		action: "FilterLogEvents",
		isLasting: true,
		parameters: { seconds: 5 },
		effect: shown
	},
	"empty-log-page": {
		does: "A page comes without events, and with the token of the next",
		action: "FilterLogEvents",
		effect: shown
	}
};
// local/aws/src/wire/body.ts
/** Reads a request's body, decompressed and without the chunk framing of streamed uploads. */
async function readBody(request) {
	const chunks = [];
	for await (const chunk of request) chunks.push(chunk);
	let body = Buffer.concat(chunks);
	const codings = String(request.headers["content-encoding"] ?? "").split(",").map((coding) => coding.trim());
	if (String(request.headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-") || codings.includes("aws-chunked")) body = unframe(body);
	return codings.includes("gzip") ? gunzipSync(body) : body;
}
/**
* Takes the content out of `aws-chunked` framing: `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n`, ended by a chunk of size 0
* and trailing headers such as the checksum ("Signature calculations: transferring payload in multiple chunks", S3 API).
*/
function unframe(framed) {
	const parts = [];
	let at = 0;
	for (;;) {
		const end = framed.indexOf("\r\n", at);
		const size = Number.parseInt(framed.subarray(at, end < 0 ? framed.length : end).toString(), 16);
		if (end < 0 || !(size > 0)) return Buffer.concat(parts);
		parts.push(framed.subarray(end + 2, end + 2 + size));
		at = end + 2 + size + 2;
	}
}
// local/aws/src/wire/params.ts
/**
* Turns the flat form of the Query and EC2 protocols into a tree: `Tags.member.1.Key=a` and `Tags.1.Key=a` both become
* `{ Tags: [{ Key: 'a' }] }` (Smithy, "AWS Query protocol" and "AWS EC2 query protocol").
*/
function parseQueryParams(form) {
	const root = /* @__PURE__ */ new Map();
	for (const [name, value] of new URLSearchParams(form)) {
		const path = name.split(".").filter((step) => step !== "member");
		let node = root;
		for (const step of path.slice(0, -1)) {
			const next = node.get(step);
			const child = next instanceof Map ? next : /* @__PURE__ */ new Map();
			node.set(step, child);
			node = child;
		}
		if (!(node.get(path.at(-1) ?? name) instanceof Map)) node.set(path.at(-1) ?? name, value);
	}
	return plain(root);
}
function plain(node) {
	if (!(node instanceof Map)) return node;
	const entries = [...node].map(([key, value]) => [String(key), plain(value)]);
	if (entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key))) return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value);
	return Object.fromEntries(entries);
}
/** A scalar parameter as text; undefined when it was not sent. */
function text(params, name) {
	const value = params[name];
	return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : void 0;
}
/** A scalar parameter that the call cannot do without; throws AWS's ValidationError when it is missing or empty. */
function requiredText(params, name) {
	const value = text(params, name);
	if (value) return value;
	throw constraintError(name.charAt(0).toLowerCase() + name.slice(1), null, "Member must not be null");
}
/** A list of scalars; undefined when it was not sent, so that "keep what is" and "none" stay apart. */
function texts(params, name) {
	const value = params[name];
	if (value === void 0) return void 0;
	return Array.isArray(value) ? value.map(String) : [];
}
/** A list of structures; undefined when it was not sent. */
function structures(params, name) {
	const value = params[name];
	if (value === void 0) return void 0;
	return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null) : [];
}
// ../../work/main/node_modules/xml-naming/src/index.js
/**
* xml-naming
* Validates XML Name productions as defined in the XML 1.0 and 1.1 specifications.
* Covers: Name, NCName, QName, NMToken, NMTokens
*
* XML 1.0 spec: https://www.w3.org/TR/xml/#NT-Name
* XML 1.1 spec: https://www.w3.org/TR/xml11/#NT-NameStartChar
* XML NS spec:  https://www.w3.org/TR/xml-names/#NT-NCName
*/
const nameStartChar10 = ":A-Za-z_À-ÖØ-öø-˿Ͱ-ͽͿ-҆҈-῿‌-‍⁰-↏Ⰰ-⿯、-퟿豈-﷏ﷰ-�";
const nameChar10 = nameStartChar10 + "\\-\\.\\d" + "·" + "̀-ͯ" + "‿-⁀";
const nameStartChar11 = ":A-Za-z_À-˿Ͱ-ͽͿ-҆҈-῿‌-‍⁰-↏Ⰰ-⿯、-퟿豈-﷏ﷰ-�𐀀-󯿿";
const nameChar11 = nameStartChar11 + "\\-\\.\\d" + "·" + "̀-ͯ" + "҇" + "‿-⁀";
const buildRegexes = (startChar, char, flags = "") => {
	const ncNamePat = `[${startChar.replace(":", "")}][${char.replace(":", "")}]*`;
	return {
		name: new RegExp(`^[${startChar}][${char}]*$`, flags),
		ncName: new RegExp(`^${ncNamePat}$`, flags),
		qName: new RegExp(`^${ncNamePat}(?::${ncNamePat})?$`, flags),
		nmToken: new RegExp(`^[${char}]+$`, flags),
		nmTokens: new RegExp(`^[${char}]+(?:\\s+[${char}]+)*$`, flags)
	};
};
const regexes10 = buildRegexes(nameStartChar10, nameChar10);
const regexes11 = buildRegexes(nameStartChar11, nameChar11, "u");
const regexesAscii = buildRegexes(":A-Za-z_", ":A-Za-z_\\-\\.\\d");
const getRegexes = (xmlVersion = "1.0", asciiOnly = false) => {
	if (asciiOnly) return regexesAscii;
	return xmlVersion === "1.1" ? regexes11 : regexes10;
};
const PRODUCTIONS = [
	"name",
	"ncName",
	"qName",
	"nmToken",
	"nmTokens"
];
/**
* Returns a memoized boolean validator function for a single production,
* with opts fixed at creation time.
*
* @param {'name'|'ncName'|'qName'|'nmToken'|'nmTokens'} production
* @param {{ xmlVersion?: '1.0'|'1.1', asciiOnly?: boolean, maxCacheSize?: number }} [opts]
*   maxCacheSize: max number of distinct strings to cache (default 2048).
*   Once reached, new strings are validated but not cached; existing cached
*   entries keep being served.
* @returns {((str: string) => boolean) & { reset: () => void }}
*/
const createValidator = (production, { xmlVersion = "1.0", asciiOnly = false, maxCacheSize = 2048 } = {}) => {
	if (!PRODUCTIONS.includes(production)) throw new TypeError(`Unknown production "${production}". Must be one of: ${PRODUCTIONS.join(", ")}`);
	const regex = getRegexes(xmlVersion, asciiOnly)[production];
	let cache = /* @__PURE__ */ new Map();
	const validator = (str) => {
		const cached = cache.get(str);
		if (cached !== void 0) return cached;
		const result = regex.test(str);
		if (cache.size < maxCacheSize) cache.set(str, result);
		return result;
	};
	validator.reset = () => {
		cache = /* @__PURE__ */ new Map();
	};
	return validator;
};
// ../../work/main/node_modules/path-expression-matcher/src/Expression.js
/**
* Expression - Parses and stores a tag pattern expression
* 
* Patterns are parsed once and stored in an optimized structure for fast matching.
* 
* @example
* const expr = new Expression("root.users.user");
* const expr2 = new Expression("..user[id]:first");
* const expr3 = new Expression("root/users/user", { separator: '/' });
*/
var Expression = class {
	/**
	* Create a new Expression
	* @param {string} pattern - Pattern string (e.g., "root.users.user", "..user[id]")
	* @param {Object} options - Configuration options
	* @param {string} options.separator - Path separator (default: '.')
	*/
	constructor(pattern, options = {}, data) {
		this.pattern = pattern;
		this.separator = options.separator || ".";
		this.segments = this._parse(pattern);
		this.data = data;
		this._hasDeepWildcard = this.segments.some((seg) => seg.type === "deep-wildcard");
		this._hasAttributeCondition = this.segments.some((seg) => seg.attrName !== void 0);
		this._hasPositionSelector = this.segments.some((seg) => seg.position !== void 0);
	}
	/**
	* Parse pattern string into segments
	* @private
	* @param {string} pattern - Pattern to parse
	* @returns {Array} Array of segment objects
	*/
	_parse(pattern) {
		const segments = [];
		let i = 0;
		let currentPart = "";
		while (i < pattern.length) if (pattern[i] === this.separator) {
			if (i + 1 < pattern.length && pattern[i + 1] === this.separator) {
				if (currentPart.trim()) {
					segments.push(this._parseSegment(currentPart.trim()));
					currentPart = "";
				}
				segments.push({ type: "deep-wildcard" });
				i += 2;
			} else {
				if (currentPart.trim()) segments.push(this._parseSegment(currentPart.trim()));
				currentPart = "";
				i++;
			}
		} else {
			currentPart += pattern[i];
			i++;
		}
		if (currentPart.trim()) segments.push(this._parseSegment(currentPart.trim()));
		return segments;
	}
	/**
	* Parse a single segment
	* @private
	* @param {string} part - Segment string (e.g., "user", "ns::user", "user[id]", "ns::user:first")
	* @returns {Object} Segment object
	*/
	_parseSegment(part) {
		const segment = { type: "tag" };
		let bracketContent = null;
		let withoutBrackets = part;
		const bracketMatch = part.match(/^([^\[]+)(\[[^\]]*\])(.*)$/);
		if (bracketMatch) {
			withoutBrackets = bracketMatch[1] + bracketMatch[3];
			if (bracketMatch[2]) {
				const content = bracketMatch[2].slice(1, -1);
				if (content) bracketContent = content;
			}
		}
		let namespace = void 0;
		let tagAndPosition = withoutBrackets;
		if (withoutBrackets.includes("::")) {
			const nsIndex = withoutBrackets.indexOf("::");
			namespace = withoutBrackets.substring(0, nsIndex).trim();
			tagAndPosition = withoutBrackets.substring(nsIndex + 2).trim();
			if (!namespace) throw new Error(`Invalid namespace in pattern: ${part}`);
		}
		let tag = void 0;
		let positionMatch = null;
		if (tagAndPosition.includes(":")) {
			const colonIndex = tagAndPosition.lastIndexOf(":");
			const tagPart = tagAndPosition.substring(0, colonIndex).trim();
			const posPart = tagAndPosition.substring(colonIndex + 1).trim();
			if ([
				"first",
				"last",
				"odd",
				"even"
			].includes(posPart) || /^nth\(\d+\)$/.test(posPart)) {
				tag = tagPart;
				positionMatch = posPart;
			} else tag = tagAndPosition;
		} else tag = tagAndPosition;
		if (!tag) throw new Error(`Invalid segment pattern: ${part}`);
		segment.tag = tag;
		if (namespace) segment.namespace = namespace;
		if (bracketContent) {
			if (bracketContent.includes("=")) {
				const eqIndex = bracketContent.indexOf("=");
				segment.attrName = bracketContent.substring(0, eqIndex).trim();
				segment.attrValue = bracketContent.substring(eqIndex + 1).trim();
			} else segment.attrName = bracketContent.trim();
		}
		if (positionMatch) {
			const nthMatch = positionMatch.match(/^nth\((\d+)\)$/);
			if (nthMatch) {
				segment.position = "nth";
				segment.positionValue = parseInt(nthMatch[1], 10);
			} else segment.position = positionMatch;
		}
		return segment;
	}
	/**
	* Get the number of segments
	* @returns {number}
	*/
	get length() {
		return this.segments.length;
	}
	/**
	* Check if expression contains deep wildcard
	* @returns {boolean}
	*/
	hasDeepWildcard() {
		return this._hasDeepWildcard;
	}
	/**
	* Check if expression has attribute conditions
	* @returns {boolean}
	*/
	hasAttributeCondition() {
		return this._hasAttributeCondition;
	}
	/**
	* Check if expression has position selectors
	* @returns {boolean}
	*/
	hasPositionSelector() {
		return this._hasPositionSelector;
	}
	/**
	* Get string representation
	* @returns {string}
	*/
	toString() {
		return this.pattern;
	}
};
// ../../work/main/node_modules/path-expression-matcher/src/Matcher.js
/**
* MatcherView - A lightweight read-only view over a Matcher's internal state.
*
* Created once by Matcher and reused across all callbacks. Holds a direct
* reference to the parent Matcher so it always reflects current parser state
* with zero copying or freezing overhead.
*
* Users receive this via {@link Matcher#readOnly} or directly from parser
* callbacks. It exposes all query and matching methods but has no mutation
* methods — misuse is caught at the TypeScript level rather than at runtime.
*
* @example
* const matcher = new Matcher();
* const view = matcher.readOnly();
*
* matcher.push("root", {});
* view.getCurrentTag(); // "root"
* view.getDepth();      // 1
*/
var MatcherView = class {
	/**
	* @param {Matcher} matcher - The parent Matcher instance to read from.
	*/
	constructor(matcher) {
		this._matcher = matcher;
	}
	/**
	* Get the path separator used by the parent matcher.
	* @returns {string}
	*/
	get separator() {
		return this._matcher.separator;
	}
	/**
	* Get current tag name.
	* @returns {string|undefined}
	*/
	getCurrentTag() {
		const path = this._matcher.path;
		return path.length > 0 ? path[path.length - 1].tag : void 0;
	}
	/**
	* Get current namespace.
	* @returns {string|undefined}
	*/
	getCurrentNamespace() {
		const path = this._matcher.path;
		return path.length > 0 ? path[path.length - 1].namespace : void 0;
	}
	/**
	* Get current node's attribute value.
	* @param {string} attrName
	* @returns {*}
	*/
	getAttrValue(attrName) {
		const path = this._matcher.path;
		if (path.length === 0) return void 0;
		return path[path.length - 1].values?.[attrName];
	}
	/**
	* Check if current node has an attribute.
	* @param {string} attrName
	* @returns {boolean}
	*/
	hasAttr(attrName) {
		const path = this._matcher.path;
		if (path.length === 0) return false;
		const current = path[path.length - 1];
		return current.values !== void 0 && attrName in current.values;
	}
	/**
	* Get the value of a "kept" attribute from the nearest ancestor (or
	* current node) that declared it via `push(tag, attrs, ns, { keep: [...] })`.
	* @param {string} attrName
	* @returns {*}
	*/
	getAnyParentAttr(attrName) {
		return this._matcher.getAnyParentAttr(attrName);
	}
	/**
	* Check whether any ancestor (or the current node) kept the given
	* attribute via `push(tag, attrs, ns, { keep: [...] })`.
	* @param {string} attrName
	* @returns {boolean}
	*/
	hasAnyParentAttr(attrName) {
		return this._matcher.hasAnyParentAttr(attrName);
	}
	/**
	* Get current node's sibling position (child index in parent).
	* @returns {number}
	*/
	getPosition() {
		const path = this._matcher.path;
		if (path.length === 0) return -1;
		return path[path.length - 1].position ?? 0;
	}
	/**
	* Get current node's repeat counter (occurrence count of this tag name).
	* @returns {number}
	*/
	getCounter() {
		const path = this._matcher.path;
		if (path.length === 0) return -1;
		return path[path.length - 1].counter ?? 0;
	}
	/**
	* Get current node's sibling index (alias for getPosition).
	* @returns {number}
	* @deprecated Use getPosition() or getCounter() instead
	*/
	getIndex() {
		return this.getPosition();
	}
	/**
	* Get current path depth.
	* @returns {number}
	*/
	getDepth() {
		return this._matcher.path.length;
	}
	/**
	* Get path as string.
	* @param {string} [separator] - Optional separator (uses default if not provided)
	* @param {boolean} [includeNamespace=true]
	* @returns {string}
	*/
	toString(separator, includeNamespace = true) {
		return this._matcher.toString(separator, includeNamespace);
	}
	/**
	* Get path as array of tag names.
	* @returns {string[]}
	*/
	toArray() {
		return this._matcher.path.map((n) => n.tag);
	}
	/**
	* Match current path against an Expression.
	* @param {Expression} expression
	* @returns {boolean}
	*/
	matches(expression) {
		return this._matcher.matches(expression);
	}
	/**
	* Match any expression in the given set against the current path.
	* @param {ExpressionSet} exprSet
	* @returns {boolean}
	*/
	matchesAny(exprSet) {
		return exprSet.matchesAny(this._matcher);
	}
};
/**
* Matcher - Tracks current path in XML/JSON tree and matches against Expressions.
*
* The matcher maintains a stack of nodes representing the current path from root to
* current tag. It only stores attribute values for the current (top) node to minimize
* memory usage. Sibling tracking is used to auto-calculate position and counter.
*
* Use {@link Matcher#readOnly} to obtain a {@link MatcherView} safe to pass to
* user callbacks — it always reflects current state with no Proxy overhead.
*
* @example
* const matcher = new Matcher();
* matcher.push("root", {});
* matcher.push("users", {});
* matcher.push("user", { id: "123", type: "admin" });
*
* const expr = new Expression("root.users.user");
* matcher.matches(expr); // true
*/
var Matcher = class {
	/**
	* Create a new Matcher.
	* @param {Object} [options={}]
	* @param {string} [options.separator='.'] - Default path separator
	*/
	constructor(options = {}) {
		this.separator = options.separator || ".";
		this.path = [];
		this.siblingStacks = [];
		this._pathStringCache = null;
		this._view = new MatcherView(this);
		this._keptAttrs = [];
	}
	/**
	* Push a new tag onto the path.
	* @param {string} tagName
	* @param {Object|null} [attrValues=null]
	* @param {string|null} [namespace=null]
	* @param {Object|null} [options=null]
	* @param {string[]} [options.keep] - Names of attributes (from attrValues)
	*/
	push(tagName, attrValues = null, namespace = null, options = null) {
		this._pathStringCache = null;
		if (this.path.length > 0) this.path[this.path.length - 1].values = void 0;
		const currentLevel = this.path.length;
		let level = this.siblingStacks[currentLevel];
		if (!level) {
			level = {
				counts: /* @__PURE__ */ new Map(),
				total: 0
			};
			this.siblingStacks[currentLevel] = level;
		}
		const siblingKey = namespace ? `${namespace}:${tagName}` : tagName;
		const counter = level.counts.get(siblingKey) || 0;
		const position = level.total;
		level.counts.set(siblingKey, counter + 1);
		level.total++;
		const node = {
			tag: tagName,
			position,
			counter
		};
		if (namespace !== null && namespace !== void 0) node.namespace = namespace;
		if (attrValues !== null && attrValues !== void 0) node.values = attrValues;
		this.path.push(node);
		const depth = this.path.length;
		const keep = options !== null ? options.keep : null;
		if (keep !== null && keep !== void 0 && keep.length > 0 && attrValues) for (let i = 0; i < keep.length; i++) {
			const name = keep[i];
			if (attrValues[name] !== void 0) this._keptAttrs.push({
				depth,
				name,
				value: attrValues[name]
			});
		}
	}
	/**
	* Pop the last tag from the path.
	* @returns {Object|undefined} The popped node
	*/
	pop() {
		if (this.path.length === 0) return void 0;
		this._pathStringCache = null;
		const node = this.path.pop();
		if (this.siblingStacks.length > this.path.length + 1) this.siblingStacks.length = this.path.length + 1;
		const poppedDepth = this.path.length + 1;
		while (this._keptAttrs.length > 0 && this._keptAttrs[this._keptAttrs.length - 1].depth >= poppedDepth) this._keptAttrs.pop();
		return node;
	}
	/**
	* Update current node's attribute values.
	* Useful when attributes are parsed after push.
	* @param {Object} attrValues
	*/
	updateCurrent(attrValues) {
		if (this.path.length > 0) {
			const current = this.path[this.path.length - 1];
			if (attrValues !== null && attrValues !== void 0) current.values = attrValues;
		}
	}
	/**
	* Get current tag name.
	* @returns {string|undefined}
	*/
	getCurrentTag() {
		return this.path.length > 0 ? this.path[this.path.length - 1].tag : void 0;
	}
	/**
	* Get current namespace.
	* @returns {string|undefined}
	*/
	getCurrentNamespace() {
		return this.path.length > 0 ? this.path[this.path.length - 1].namespace : void 0;
	}
	/**
	* Get current node's attribute value.
	* @param {string} attrName
	* @returns {*}
	*/
	getAttrValue(attrName) {
		if (this.path.length === 0) return void 0;
		return this.path[this.path.length - 1].values?.[attrName];
	}
	/**
	* Check if current node has an attribute.
	* @param {string} attrName
	* @returns {boolean}
	*/
	hasAttr(attrName) {
		if (this.path.length === 0) return false;
		const current = this.path[this.path.length - 1];
		return current.values !== void 0 && attrName in current.values;
	}
	/**
	* Get the value of a "kept" attribute from the nearest ancestor (or
	* current node) that declared it via `push(tag, attrs, ns, { keep: [...] })`.
	* Unlike getAttrValue(), this works regardless of how deep the path has
	* gone since the attribute was pushed — but only for attribute names that
	* were explicitly marked with `keep` at push time. Cost is proportional to
	* the number of currently-kept attributes (typically 0-3), not path depth.
	* @param {string} attrName
	* @returns {*} the value, or undefined if no ancestor kept this attribute
	*/
	getAnyParentAttr(attrName) {
		const kept = this._keptAttrs;
		for (let i = kept.length - 1; i >= 0; i--) if (kept[i].name === attrName) return kept[i].value;
	}
	/**
	* Check whether any ancestor (or the current node) kept the given
	* attribute via `push(tag, attrs, ns, { keep: [...] })`.
	* @param {string} attrName
	* @returns {boolean}
	*/
	hasAnyParentAttr(attrName) {
		const kept = this._keptAttrs;
		for (let i = kept.length - 1; i >= 0; i--) if (kept[i].name === attrName) return true;
		return false;
	}
	/**
	* Get current node's sibling position (child index in parent).
	* @returns {number}
	*/
	getPosition() {
		if (this.path.length === 0) return -1;
		return this.path[this.path.length - 1].position ?? 0;
	}
	/**
	* Get current node's repeat counter (occurrence count of this tag name).
	* @returns {number}
	*/
	getCounter() {
		if (this.path.length === 0) return -1;
		return this.path[this.path.length - 1].counter ?? 0;
	}
	/**
	* Get current node's sibling index (alias for getPosition).
	* @returns {number}
	* @deprecated Use getPosition() or getCounter() instead
	*/
	getIndex() {
		return this.getPosition();
	}
	/**
	* Get current path depth.
	* @returns {number}
	*/
	getDepth() {
		return this.path.length;
	}
	/**
	* Get path as string.
	* @param {string} [separator] - Optional separator (uses default if not provided)
	* @param {boolean} [includeNamespace=true]
	* @returns {string}
	*/
	toString(separator, includeNamespace = true) {
		const sep = separator || this.separator;
		if (sep === this.separator && includeNamespace === true) {
			if (this._pathStringCache !== null) return this._pathStringCache;
			const result = this.path.map((n) => n.namespace ? `${n.namespace}:${n.tag}` : n.tag).join(sep);
			this._pathStringCache = result;
			return result;
		}
		return this.path.map((n) => includeNamespace && n.namespace ? `${n.namespace}:${n.tag}` : n.tag).join(sep);
	}
	/**
	* Get path as array of tag names.
	* @returns {string[]}
	*/
	toArray() {
		return this.path.map((n) => n.tag);
	}
	/**
	* Reset the path to empty.
	*/
	reset() {
		this._pathStringCache = null;
		this.path = [];
		this.siblingStacks = [];
		this._keptAttrs = [];
	}
	/**
	* Match current path against an Expression.
	* @param {Expression} expression
	* @returns {boolean}
	*/
	matches(expression) {
		const segments = expression.segments;
		if (segments.length === 0) return false;
		if (expression.hasDeepWildcard()) return this._matchWithDeepWildcard(segments);
		return this._matchSimple(segments);
	}
	/**
	* @private
	*/
	_matchSimple(segments) {
		if (this.path.length !== segments.length) return false;
		for (let i = 0; i < segments.length; i++) if (!this._matchSegment(segments[i], this.path[i], i === this.path.length - 1)) return false;
		return true;
	}
	/**
	* @private
	*/
	_matchWithDeepWildcard(segments) {
		let pathIdx = this.path.length - 1;
		let segIdx = segments.length - 1;
		while (segIdx >= 0 && pathIdx >= 0) {
			const segment = segments[segIdx];
			if (segment.type === "deep-wildcard") {
				segIdx--;
				if (segIdx < 0) return true;
				const nextSeg = segments[segIdx];
				let found = false;
				for (let i = pathIdx; i >= 0; i--) if (this._matchSegment(nextSeg, this.path[i], i === this.path.length - 1)) {
					pathIdx = i - 1;
					segIdx--;
					found = true;
					break;
				}
				if (!found) return false;
			} else {
				if (!this._matchSegment(segment, this.path[pathIdx], pathIdx === this.path.length - 1)) return false;
				pathIdx--;
				segIdx--;
			}
		}
		return segIdx < 0;
	}
	/**
	* @private
	*/
	_matchSegment(segment, node, isCurrentNode) {
		if (segment.tag !== "*" && segment.tag !== node.tag) return false;
		if (segment.namespace !== void 0) {
			if (segment.namespace !== "*" && segment.namespace !== node.namespace) return false;
		}
		if (segment.attrName !== void 0) {
			if (!isCurrentNode) return false;
			if (!node.values || !(segment.attrName in node.values)) return false;
			if (segment.attrValue !== void 0) {
				if (String(node.values[segment.attrName]) !== String(segment.attrValue)) return false;
			}
		}
		if (segment.position !== void 0) {
			if (!isCurrentNode) return false;
			const counter = node.counter ?? 0;
			if (segment.position === "first" && counter !== 0) return false;
			else if (segment.position === "odd" && counter % 2 !== 1) return false;
			else if (segment.position === "even" && counter % 2 !== 0) return false;
			else if (segment.position === "nth" && counter !== segment.positionValue) return false;
		}
		return true;
	}
	/**
	* Match any expression in the given set against the current path.
	* @param {ExpressionSet} exprSet
	* @returns {boolean}
	*/
	matchesAny(exprSet) {
		return exprSet.matchesAny(this);
	}
	/**
	* Create a snapshot of current state.
	* @returns {Object}
	*/
	snapshot() {
		return {
			path: this.path.map((node) => ({ ...node })),
			siblingStacks: this.siblingStacks.map((level) => level ? {
				counts: new Map(level.counts),
				total: level.total
			} : level),
			keptAttrs: this._keptAttrs.map((entry) => ({ ...entry }))
		};
	}
	/**
	* Restore state from snapshot.
	* @param {Object} snapshot
	*/
	restore(snapshot) {
		this._pathStringCache = null;
		this.path = snapshot.path.map((node) => ({ ...node }));
		this.siblingStacks = snapshot.siblingStacks.map((level) => level ? {
			counts: new Map(level.counts),
			total: level.total
		} : level);
		this._keptAttrs = (snapshot.keptAttrs || []).map((entry) => ({ ...entry }));
	}
	/**
	* Return the read-only {@link MatcherView} for this matcher.
	*
	* The same instance is returned on every call — no allocation occurs.
	* It always reflects the current parser state and is safe to pass to
	* user callbacks without risk of accidental mutation.
	*
	* @returns {MatcherView}
	*
	* @example
	* const view = matcher.readOnly();
	* // pass view to callbacks — it stays in sync automatically
	* view.matches(expr);       // ✓
	* view.getCurrentTag();     // ✓
	* // view.push(...)         // ✗ method does not exist — caught by TypeScript
	*/
	readOnly() {
		return this._view;
	}
};
// ../../work/main/node_modules/fast-xml-builder/src/util.js
function valToStr(val) {
	return typeof val === "number" && Object.is(val, -0) ? "-0" : String(val);
}
function safeComment(val) {
	return valToStr(val).replace(/--/g, "- -").replace(/--/g, "- -").replace(/-$/, "- ");
}
function safeCdata(val) {
	return valToStr(val).replace(/\]\]>/g, "]]]]><![CDATA[>");
}
function escapeAttribute(val) {
	return valToStr(val).replace(/"/g, "&quot;").replace(/'/g, "&apos;");
}
/**
* Resolve a tag or attribute name through sanitizeName if configured.
* Validation via xml-naming's qName is performed first; the sanitizeName
* callback is invoked only when the name is invalid. If sanitizeName is
* false (default), no validation occurs and the name is used as-is.
*
* @param {string}  name        - raw name from the JS object
* @param {boolean} isAttribute - true when resolving an attribute name
* @param {object}  options
* @param {Matcher} matcher     - current matcher state (readonly from callback perspective)
* @param {function} qNameValidator - function to validate tag names
*/
function resolveName(name, isAttribute, options, matcher, validator) {
	if (!options.sanitizeName) return name;
	const isPI = !isAttribute && name[0] === "?";
	const bare = isPI ? name.slice(1) : name;
	if (validator(bare)) return name;
	const result = options.sanitizeName(bare, {
		isAttribute,
		matcher: matcher.readOnly()
	});
	if (typeof result !== "string" || !validator(result)) throw new Error(`sanitizeName returned an invalid XML name for "${bare}"`);
	return isPI ? "?" + result : result;
}
// ../../work/main/node_modules/fast-xml-builder/src/orderedJs2Xml.js
const EOL = "\n";
/**
* Detect XML version from the first element of the ordered array input.
* The first element must be a ?xml processing instruction with a version attribute.
* Returns '1.0' if not found.
*
* @param {array}  jArray
* @param {object} options
*/
function detectXmlVersionFromArray(jArray, options) {
	if (!Array.isArray(jArray) || jArray.length === 0) return "1.0";
	const first = jArray[0];
	if (propName(first) === "?xml") {
		const attrs = first[":@"];
		if (attrs) {
			const versionKey = options.attributeNamePrefix + "version";
			if (attrs[versionKey]) return attrs[versionKey];
		}
	}
	return "1.0";
}
/**
* @param {array} jArray
* @param {any} options
* @returns
*/
function toXml(jArray, options) {
	let indentation = "";
	if (options.format) indentation = EOL;
	const stopNodeExpressions = [];
	if (options.stopNodes && Array.isArray(options.stopNodes)) for (let i = 0; i < options.stopNodes.length; i++) {
		const node = options.stopNodes[i];
		if (typeof node === "string") stopNodeExpressions.push(new Expression(node));
		else if (node instanceof Expression) stopNodeExpressions.push(node);
	}
	const xmlVersion = detectXmlVersionFromArray(jArray, options);
	const qNameValidator = createValidator("qName", { xmlVersion });
	const matcher = new Matcher();
	return arrToStr(jArray, options, indentation, matcher, stopNodeExpressions, qNameValidator);
}
function arrToStr(arr, options, indentation, matcher, stopNodeExpressions, qNameValidator) {
	let xmlStr = "";
	let isPreviousElementTag = false;
	if (options.maxNestedTags && matcher.getDepth() > options.maxNestedTags) throw new Error("Maximum nested tags exceeded");
	if (!Array.isArray(arr)) {
		if (arr !== void 0 && arr !== null) {
			let text = valToStr(arr);
			text = replaceEntitiesValue(text, options);
			return text;
		}
		return "";
	}
	for (let i = 0; i < arr.length; i++) {
		const tagObj = arr[i];
		const rawTagName = propName(tagObj);
		if (rawTagName === void 0) continue;
		const tagName = rawTagName === options.textNodeName || rawTagName === options.cdataPropName || rawTagName === options.commentPropName ? rawTagName : resolveName(rawTagName, false, options, matcher, qNameValidator);
		const attrValues = extractAttributeValues(tagObj[":@"], options);
		matcher.push(tagName, attrValues);
		const isStopNode = checkStopNode(matcher, stopNodeExpressions);
		if (tagName === options.textNodeName) {
			let tagText = tagObj[rawTagName];
			if (!isStopNode) {
				tagText = options.tagValueProcessor(tagName, tagText);
				tagText = replaceEntitiesValue(tagText, options);
			}
			tagText = valToStr(tagText);
			if (isPreviousElementTag) xmlStr += indentation;
			xmlStr += tagText;
			isPreviousElementTag = false;
			matcher.pop();
			continue;
		} else if (tagName === options.cdataPropName) {
			if (isPreviousElementTag) xmlStr += indentation;
			const val = tagObj[rawTagName][0][options.textNodeName];
			const safeVal = safeCdata(val);
			xmlStr += `<![CDATA[${safeVal}]]>`;
			isPreviousElementTag = false;
			matcher.pop();
			continue;
		} else if (tagName === options.commentPropName) {
			const val = tagObj[rawTagName][0][options.textNodeName];
			const safeVal = safeComment(val);
			xmlStr += indentation + `<!--${safeVal}-->`;
			isPreviousElementTag = true;
			matcher.pop();
			continue;
		} else if (tagName[0] === "?") {
			const attStr = attr_to_str(tagObj[":@"], options, isStopNode, matcher, qNameValidator);
			xmlStr += (tagName === "?xml" ? "" : indentation) + `<${tagName}${attStr}?>`;
			isPreviousElementTag = true;
			matcher.pop();
			continue;
		}
		let newIdentation = indentation;
		if (newIdentation !== "") newIdentation += options.indentBy;
		const tagStart = indentation + `<${tagName}${attr_to_str(tagObj[":@"], options, isStopNode, matcher, qNameValidator)}`;
		let tagValue;
		if (isStopNode) tagValue = getRawContent(tagObj[rawTagName], options, matcher.getDepth());
		else tagValue = arrToStr(tagObj[rawTagName], options, newIdentation, matcher, stopNodeExpressions, qNameValidator);
		if (options.unpairedTags.indexOf(tagName) !== -1) {
			if (options.suppressUnpairedNode) xmlStr += tagStart + ">";
			else xmlStr += tagStart + "/>";
		} else if ((!tagValue || tagValue.length === 0) && options.suppressEmptyNode) xmlStr += tagStart + "/>";
		else if (tagValue && tagValue.endsWith(">")) xmlStr += tagStart + `>${tagValue}${indentation}</${tagName}>`;
		else {
			xmlStr += tagStart + ">";
			if (tagValue && indentation !== "" && (tagValue.includes("/>") || tagValue.includes("</"))) xmlStr += indentation + options.indentBy + tagValue + indentation;
			else xmlStr += tagValue;
			xmlStr += `</${tagName}>`;
		}
		isPreviousElementTag = true;
		matcher.pop();
	}
	return xmlStr;
}
/**
* Extract attribute values from the ":@" object and return as plain object
* for passing to matcher.push()
*/
function extractAttributeValues(attrMap, options) {
	if (!attrMap || options.ignoreAttributes) return null;
	const attrValues = {};
	let hasAttrs = false;
	for (let attr in attrMap) {
		if (!Object.prototype.hasOwnProperty.call(attrMap, attr)) continue;
		const cleanAttrName = attr.startsWith(options.attributeNamePrefix) ? attr.substr(options.attributeNamePrefix.length) : attr;
		attrValues[cleanAttrName] = escapeAttribute(attrMap[attr]);
		hasAttrs = true;
	}
	return hasAttrs ? attrValues : null;
}
/**
* Extract raw content from a stopNode without any processing
* This preserves the content exactly as-is, including special characters
*/
function getRawContent(arr, options, depth = 0) {
	if (options.maxNestedTags && depth > options.maxNestedTags) throw new Error("Maximum nested tags exceeded");
	if (!Array.isArray(arr)) {
		if (arr !== void 0 && arr !== null) return valToStr(arr);
		return "";
	}
	let content = "";
	for (let i = 0; i < arr.length; i++) {
		const item = arr[i];
		const tagName = propName(item);
		if (tagName === options.textNodeName) content += valToStr(item[tagName]);
		else if (tagName === options.cdataPropName) content += item[tagName][0][options.textNodeName];
		else if (tagName === options.commentPropName) content += item[tagName][0][options.textNodeName];
		else if (tagName && tagName[0] === "?") continue;
		else if (tagName) {
			const attStr = attr_to_str_raw(item[":@"], options);
			const nestedContent = getRawContent(item[tagName], options, depth + 1);
			if (!nestedContent || nestedContent.length === 0) content += `<${tagName}${attStr}/>`;
			else content += `<${tagName}${attStr}>${nestedContent}</${tagName}>`;
		}
	}
	return content;
}
/**
* Build attribute string for stopNodes - NO entity replacement
*/
function attr_to_str_raw(attrMap, options) {
	let attrStr = "";
	if (attrMap && !options.ignoreAttributes) for (let attr in attrMap) {
		if (!Object.prototype.hasOwnProperty.call(attrMap, attr)) continue;
		let attrVal = attrMap[attr];
		if (attrVal === true && options.suppressBooleanAttributes) attrStr += ` ${attr.substr(options.attributeNamePrefix.length)}`;
		else attrStr += ` ${attr.substr(options.attributeNamePrefix.length)}="${escapeAttribute(attrVal)}"`;
	}
	return attrStr;
}
function propName(obj) {
	const keys = Object.keys(obj);
	for (let i = 0; i < keys.length; i++) {
		const key = keys[i];
		if (!Object.prototype.hasOwnProperty.call(obj, key)) continue;
		if (key !== ":@") return key;
	}
}
/**
* Build attribute string, resolving attribute names through sanitizeName when configured.
* Accepts matcher so the callback has path context.
*/
function attr_to_str(attrMap, options, isStopNode, matcher, qNameValidator) {
	let attrStr = "";
	if (attrMap && !options.ignoreAttributes) for (let attr in attrMap) {
		if (!Object.prototype.hasOwnProperty.call(attrMap, attr)) continue;
		const cleanAttrName = attr.substr(options.attributeNamePrefix.length);
		const resolvedAttrName = isStopNode ? cleanAttrName : resolveName(cleanAttrName, true, options, matcher, qNameValidator);
		let attrVal;
		if (isStopNode) attrVal = attrMap[attr];
		else {
			attrVal = options.attributeValueProcessor(attr, attrMap[attr]);
			attrVal = replaceEntitiesValue(attrVal, options);
		}
		if (attrVal === true && options.suppressBooleanAttributes) attrStr += ` ${resolvedAttrName}`;
		else attrStr += ` ${resolvedAttrName}="${escapeAttribute(attrVal)}"`;
	}
	return attrStr;
}
function checkStopNode(matcher, stopNodeExpressions) {
	if (!stopNodeExpressions || stopNodeExpressions.length === 0) return false;
	for (let i = 0; i < stopNodeExpressions.length; i++) if (matcher.matches(stopNodeExpressions[i])) return true;
	return false;
}
function replaceEntitiesValue(textValue, options) {
	if (textValue && textValue.length > 0 && options.processEntities) for (let i = 0; i < options.entities.length; i++) {
		const entity = options.entities[i];
		textValue = textValue.replace(entity.regex, entity.val);
	}
	return textValue;
}
// ../../work/main/node_modules/fast-xml-builder/src/ignoreAttributes.js
function getIgnoreAttributesFn(ignoreAttributes) {
	if (typeof ignoreAttributes === "function") return ignoreAttributes;
	if (Array.isArray(ignoreAttributes)) return (attrName) => {
		for (const pattern of ignoreAttributes) {
			if (typeof pattern === "string" && attrName === pattern) return true;
			if (pattern instanceof RegExp && pattern.test(attrName)) return true;
		}
	};
	return () => false;
}
// ../../work/main/node_modules/fast-xml-builder/src/fxb.js
const defaultOptions = {
	attributeNamePrefix: "@_",
	attributesGroupName: false,
	textNodeName: "#text",
	ignoreAttributes: true,
	cdataPropName: false,
	format: false,
	indentBy: "  ",
	suppressEmptyNode: false,
	suppressUnpairedNode: true,
	suppressBooleanAttributes: true,
	tagValueProcessor: function(key, a) {
		return a;
	},
	attributeValueProcessor: function(attrName, a) {
		return a;
	},
	preserveOrder: false,
	commentPropName: false,
	unpairedTags: [],
	entities: [
		{
			regex: /* @__PURE__ */ new RegExp("&", "g"),
			val: "&amp;"
		},
		{
			regex: /* @__PURE__ */ new RegExp(">", "g"),
			val: "&gt;"
		},
		{
			regex: /* @__PURE__ */ new RegExp("<", "g"),
			val: "&lt;"
		},
		{
			regex: /* @__PURE__ */ new RegExp("'", "g"),
			val: "&apos;"
		},
		{
			regex: /* @__PURE__ */ new RegExp("\"", "g"),
			val: "&quot;"
		}
	],
	processEntities: true,
	stopNodes: [],
	oneListGroup: false,
	maxNestedTags: 100,
	jPath: true,
	sanitizeName: false
};
function Builder(options) {
	this.options = Object.assign({}, defaultOptions, options);
	if (this.options.stopNodes && Array.isArray(this.options.stopNodes)) this.options.stopNodes = this.options.stopNodes.map((node) => {
		if (typeof node === "string" && node.startsWith("*.")) return ".." + node.substring(2);
		return node;
	});
	this.stopNodeExpressions = [];
	if (this.options.stopNodes && Array.isArray(this.options.stopNodes)) for (let i = 0; i < this.options.stopNodes.length; i++) {
		const node = this.options.stopNodes[i];
		if (typeof node === "string") this.stopNodeExpressions.push(new Expression(node));
		else if (node instanceof Expression) this.stopNodeExpressions.push(node);
	}
	if (this.options.ignoreAttributes === true || this.options.attributesGroupName) this.isAttribute = function() {
		return false;
	};
	else {
		this.ignoreAttributesFn = getIgnoreAttributesFn(this.options.ignoreAttributes);
		this.attrPrefixLen = this.options.attributeNamePrefix.length;
		this.isAttribute = isAttribute;
	}
	this.processTextOrObjNode = processTextOrObjNode;
	if (this.options.format) {
		this.indentate = indentate;
		this.tagEndChar = ">\n";
		this.newLine = "\n";
	} else {
		this.indentate = function() {
			return "";
		};
		this.tagEndChar = ">";
		this.newLine = "";
	}
}
/**
* Detect XML version from the ?xml declaration at the root of a plain-object input.
* Checks both attributesGroupName and flat attribute forms.
* Returns '1.0' if no declaration is found.
*/
function detectXmlVersionFromObj(jObj, options) {
	const decl = jObj["?xml"];
	if (decl && typeof decl === "object") {
		if (options.attributesGroupName && decl[options.attributesGroupName]) {
			const v = decl[options.attributesGroupName][options.attributeNamePrefix + "version"];
			if (v) return v;
		}
		const v = decl[options.attributeNamePrefix + "version"];
		if (v) return v;
	}
	return "1.0";
}
Builder.prototype.build = function(jObj) {
	if (this.options.preserveOrder) return toXml(jObj, this.options);
	else {
		if (Array.isArray(jObj) && this.options.arrayNodeName && this.options.arrayNodeName.length > 1) jObj = { [this.options.arrayNodeName]: jObj };
		const matcher = new Matcher();
		const xmlVersion = detectXmlVersionFromObj(jObj, this.options);
		const qNameValidator = createValidator("qName", { xmlVersion });
		return this.j2x(jObj, 0, matcher, qNameValidator).val;
	}
};
Builder.prototype.j2x = function(jObj, level, matcher, qNameValidator) {
	let attrStr = "";
	let val = "";
	if (this.options.maxNestedTags && matcher.getDepth() >= this.options.maxNestedTags) throw new Error("Maximum nested tags exceeded");
	const jPath = this.options.jPath ? matcher.toString() : matcher;
	const isCurrentStopNode = this.checkStopNode(matcher);
	for (let key in jObj) {
		if (!Object.prototype.hasOwnProperty.call(jObj, key)) continue;
		const resolvedKey = key === this.options.textNodeName || key === this.options.cdataPropName || key === this.options.commentPropName || this.options.attributesGroupName && key === this.options.attributesGroupName || this.isAttribute(key) ? key : resolveName(key, false, this.options, matcher, qNameValidator);
		if (typeof jObj[key] === "undefined") {
			if (this.isAttribute(key)) val += "";
		} else if (jObj[key] === null) {
			if (this.isAttribute(key)) val += "";
			else if (resolvedKey === this.options.cdataPropName || resolvedKey === this.options.commentPropName) val += "";
			else if (resolvedKey[0] === "?") val += this.indentate(level) + "<" + resolvedKey + "?" + this.tagEndChar;
			else val += this.indentate(level) + "<" + resolvedKey + "/" + this.tagEndChar;
		} else if (jObj[key] instanceof Date) val += this.buildTextValNode(jObj[key], resolvedKey, "", level, matcher);
		else if (typeof jObj[key] !== "object") {
			const attr = this.isAttribute(key);
			if (attr && !this.ignoreAttributesFn(attr, jPath)) {
				const resolvedAttr = resolveName(attr, true, this.options, matcher, qNameValidator);
				attrStr += this.buildAttrPairStr(resolvedAttr, valToStr(jObj[key]), isCurrentStopNode);
			} else if (!attr) {
				if (key === this.options.textNodeName) {
					let newval = this.options.tagValueProcessor(key, valToStr(jObj[key]));
					val += this.replaceEntitiesValue(newval);
				} else {
					matcher.push(resolvedKey);
					const isStopNode = this.checkStopNode(matcher);
					matcher.pop();
					if (isStopNode) {
						const textValue = valToStr(jObj[key]);
						if (textValue === "") val += this.indentate(level) + "<" + resolvedKey + this.closeTag(resolvedKey) + this.tagEndChar;
						else val += this.indentate(level) + "<" + resolvedKey + ">" + textValue + "</" + resolvedKey + this.tagEndChar;
					} else val += this.buildTextValNode(jObj[key], resolvedKey, "", level, matcher);
				}
			}
		} else if (Array.isArray(jObj[key])) {
			const arrLen = jObj[key].length;
			let listTagVal = "";
			let listTagAttr = "";
			for (let j = 0; j < arrLen; j++) {
				const item = jObj[key][j];
				if (typeof item === "undefined") {} else if (item === null) {
					if (resolvedKey[0] === "?") val += this.indentate(level) + "<" + resolvedKey + "?" + this.tagEndChar;
					else val += this.indentate(level) + "<" + resolvedKey + "/" + this.tagEndChar;
				} else if (typeof item === "object") {
					if (this.options.oneListGroup) {
						matcher.push(resolvedKey);
						const result = this.j2x(item, level + 1, matcher, qNameValidator);
						matcher.pop();
						listTagVal += result.val;
						if (this.options.attributesGroupName && item.hasOwnProperty(this.options.attributesGroupName)) listTagAttr += result.attrStr;
					} else listTagVal += this.processTextOrObjNode(item, resolvedKey, level, matcher, qNameValidator);
				} else if (this.options.oneListGroup) {
					let textValue = this.options.tagValueProcessor(resolvedKey, item);
					textValue = this.replaceEntitiesValue(textValue);
					textValue = valToStr(textValue);
					listTagVal += textValue;
				} else {
					matcher.push(resolvedKey);
					const isStopNode = this.checkStopNode(matcher);
					matcher.pop();
					if (isStopNode) {
						const textValue = valToStr(item);
						if (textValue === "") listTagVal += this.indentate(level) + "<" + resolvedKey + this.closeTag(resolvedKey) + this.tagEndChar;
						else listTagVal += this.indentate(level) + "<" + resolvedKey + ">" + textValue + "</" + resolvedKey + this.tagEndChar;
					} else listTagVal += this.buildTextValNode(item, resolvedKey, "", level, matcher);
				}
			}
			if (this.options.oneListGroup) listTagVal = this.buildObjectNode(listTagVal, resolvedKey, listTagAttr, level);
			val += listTagVal;
		} else if (this.options.attributesGroupName && key === this.options.attributesGroupName) {
			const Ks = Object.keys(jObj[key]);
			const L = Ks.length;
			for (let j = 0; j < L; j++) {
				const resolvedAttr = resolveName(Ks[j], true, this.options, matcher, qNameValidator);
				attrStr += this.buildAttrPairStr(resolvedAttr, valToStr(jObj[key][Ks[j]]), isCurrentStopNode);
			}
		} else val += this.processTextOrObjNode(jObj[key], resolvedKey, level, matcher, qNameValidator);
	}
	return {
		attrStr,
		val
	};
};
Builder.prototype.buildAttrPairStr = function(attrName, val, isStopNode) {
	if (!isStopNode) {
		val = this.options.attributeValueProcessor(attrName, valToStr(val));
		val = this.replaceEntitiesValue(val);
	}
	if (this.options.suppressBooleanAttributes && val === "true") return " " + attrName;
	else return " " + attrName + "=\"" + escapeAttribute(val) + "\"";
};
function processTextOrObjNode(object, key, level, matcher, qNameValidator) {
	const attrValues = this.extractAttributes(object);
	matcher.push(key, attrValues);
	if (this.checkStopNode(matcher)) {
		const rawContent = this.buildRawContent(object, matcher.getDepth());
		const attrStr = this.buildAttributesForStopNode(object);
		matcher.pop();
		return this.buildObjectNode(rawContent, key, attrStr, level);
	}
	const result = this.j2x(object, level + 1, matcher, qNameValidator);
	matcher.pop();
	if (key[0] === "?") return this.buildTextValNode("", key, result.attrStr, level, matcher);
	else if (object[this.options.textNodeName] !== void 0 && Object.keys(object).length === 1) return this.buildTextValNode(object[this.options.textNodeName], key, result.attrStr, level, matcher);
	else return this.buildObjectNode(result.val, key, result.attrStr, level);
}
Builder.prototype.extractAttributes = function(obj) {
	if (!obj || typeof obj !== "object") return null;
	const attrValues = {};
	let hasAttrs = false;
	if (this.options.attributesGroupName && obj[this.options.attributesGroupName]) {
		const attrGroup = obj[this.options.attributesGroupName];
		for (let attrKey in attrGroup) {
			if (!Object.prototype.hasOwnProperty.call(attrGroup, attrKey)) continue;
			const cleanKey = attrKey.startsWith(this.options.attributeNamePrefix) ? attrKey.substring(this.options.attributeNamePrefix.length) : attrKey;
			attrValues[cleanKey] = escapeAttribute(attrGroup[attrKey]);
			hasAttrs = true;
		}
	} else for (let key in obj) {
		if (!Object.prototype.hasOwnProperty.call(obj, key)) continue;
		const attr = this.isAttribute(key);
		if (attr) {
			attrValues[attr] = escapeAttribute(obj[key]);
			hasAttrs = true;
		}
	}
	return hasAttrs ? attrValues : null;
};
Builder.prototype.buildRawContent = function(obj, depth = 0) {
	if (this.options.maxNestedTags && depth >= this.options.maxNestedTags) throw new Error("Maximum nested tags exceeded");
	if (typeof obj === "string") return obj;
	if (typeof obj !== "object" || obj === null) return String(obj);
	if (obj[this.options.textNodeName] !== void 0) return obj[this.options.textNodeName];
	let content = "";
	for (let key in obj) {
		if (!Object.prototype.hasOwnProperty.call(obj, key)) continue;
		if (this.isAttribute(key)) continue;
		if (this.options.attributesGroupName && key === this.options.attributesGroupName) continue;
		const value = obj[key];
		if (key === this.options.textNodeName) content += value;
		else if (Array.isArray(value)) {
			for (let item of value) if (typeof item === "string" || typeof item === "number") content += `<${key}>${item}</${key}>`;
			else if (typeof item === "object" && item !== null) {
				const nestedContent = this.buildRawContent(item, depth + 1);
				const nestedAttrs = this.buildAttributesForStopNode(item);
				if (nestedContent === "") content += `<${key}${nestedAttrs}/>`;
				else content += `<${key}${nestedAttrs}>${nestedContent}</${key}>`;
			}
		} else if (typeof value === "object" && value !== null) {
			const nestedContent = this.buildRawContent(value, depth + 1);
			const nestedAttrs = this.buildAttributesForStopNode(value);
			if (nestedContent === "") content += `<${key}${nestedAttrs}/>`;
			else content += `<${key}${nestedAttrs}>${nestedContent}</${key}>`;
		} else content += `<${key}>${value}</${key}>`;
	}
	return content;
};
Builder.prototype.buildAttributesForStopNode = function(obj) {
	if (!obj || typeof obj !== "object") return "";
	let attrStr = "";
	if (this.options.attributesGroupName && obj[this.options.attributesGroupName]) {
		const attrGroup = obj[this.options.attributesGroupName];
		for (let attrKey in attrGroup) {
			if (!Object.prototype.hasOwnProperty.call(attrGroup, attrKey)) continue;
			const cleanKey = attrKey.startsWith(this.options.attributeNamePrefix) ? attrKey.substring(this.options.attributeNamePrefix.length) : attrKey;
			const val = attrGroup[attrKey];
			if (val === true && this.options.suppressBooleanAttributes) attrStr += " " + cleanKey;
			else attrStr += " " + cleanKey + "=\"" + escapeAttribute(val) + "\"";
		}
	} else for (let key in obj) {
		if (!Object.prototype.hasOwnProperty.call(obj, key)) continue;
		const attr = this.isAttribute(key);
		if (attr) {
			const val = obj[key];
			if (val === true && this.options.suppressBooleanAttributes) attrStr += " " + attr;
			else attrStr += " " + attr + "=\"" + escapeAttribute(val) + "\"";
		}
	}
	return attrStr;
};
Builder.prototype.buildObjectNode = function(val, key, attrStr, level) {
	if (val === "") {
		if (key[0] === "?") return this.indentate(level) + "<" + key + attrStr + "?" + this.tagEndChar;
		else return this.indentate(level) + "<" + key + attrStr + this.closeTag(key) + this.tagEndChar;
	} else if (key[0] === "?") return this.indentate(level) + "<" + key + attrStr + "?" + this.tagEndChar;
	else {
		let tagEndExp = "</" + key + this.tagEndChar;
		let piClosingChar = "";
		if (key[0] === "?") {
			piClosingChar = "?";
			tagEndExp = "";
		}
		if ((attrStr || attrStr === "") && val.indexOf("<") === -1) return this.indentate(level) + "<" + key + attrStr + piClosingChar + ">" + val + tagEndExp;
		else if (this.options.commentPropName !== false && key === this.options.commentPropName && piClosingChar.length === 0) return this.indentate(level) + `<!--${safeComment(val)}-->` + this.newLine;
		else return this.indentate(level) + "<" + key + attrStr + piClosingChar + this.tagEndChar + val + this.indentate(level) + tagEndExp;
	}
};
Builder.prototype.closeTag = function(key) {
	let closeTag = "";
	if (this.options.unpairedTags.indexOf(key) !== -1) {
		if (!this.options.suppressUnpairedNode) closeTag = "/";
	} else if (this.options.suppressEmptyNode) closeTag = "/";
	else closeTag = `></${key}`;
	return closeTag;
};
Builder.prototype.checkStopNode = function(matcher) {
	if (!this.stopNodeExpressions || this.stopNodeExpressions.length === 0) return false;
	for (let i = 0; i < this.stopNodeExpressions.length; i++) if (matcher.matches(this.stopNodeExpressions[i])) return true;
	return false;
};
Builder.prototype.buildTextValNode = function(val, key, attrStr, level, matcher) {
	if (this.options.cdataPropName !== false && key === this.options.cdataPropName) {
		const safeVal = safeCdata(val);
		return this.indentate(level) + `<![CDATA[${safeVal}]]>` + this.newLine;
	} else if (this.options.commentPropName !== false && key === this.options.commentPropName) {
		const safeVal = safeComment(val);
		return this.indentate(level) + `<!--${safeVal}-->` + this.newLine;
	} else if (key[0] === "?") return this.indentate(level) + "<" + key + attrStr + "?" + this.tagEndChar;
	else {
		let textValue = this.options.tagValueProcessor(key, val);
		textValue = this.replaceEntitiesValue(textValue);
		textValue = valToStr(textValue);
		if (textValue === "") return this.indentate(level) + "<" + key + attrStr + this.closeTag(key) + this.tagEndChar;
		else return this.indentate(level) + "<" + key + attrStr + ">" + textValue + "</" + key + this.tagEndChar;
	}
};
Builder.prototype.replaceEntitiesValue = function(textValue) {
	if (textValue && textValue.length > 0 && this.options.processEntities) for (let i = 0; i < this.options.entities.length; i++) {
		const entity = this.options.entities[i];
		textValue = textValue.replace(entity.regex, entity.val);
	}
	return textValue;
};
function indentate(level) {
	return this.options.indentBy.repeat(level);
}
function isAttribute(name) {
	if (name.startsWith(this.options.attributeNamePrefix) && name !== this.options.textNodeName) return name.substr(this.attrPrefixLen);
	else return false;
}
// local/aws/src/wire/xml.ts
const builder = new Builder({
	ignoreAttributes: false,
	suppressEmptyNode: true,
	processEntities: true
});
/** The answer of a Query-protocol service: `<ActionResponse><ActionResult>…</ActionResult><ResponseMetadata>…`. */
function queryResponse(dialect, action, answer, requestId) {
	return document(`${action}Response`, dialect, {
		[`${action}Result`]: element(answer, dialect.listItem),
		ResponseMetadata: { RequestId: requestId }
	});
}
/** The answer of EC2: the members stand directly in `<ActionResponse>`, beside `<requestId>`. */
function ec2Response(dialect, action, answer, requestId) {
	return document(`${action}Response`, dialect, {
		requestId,
		...element(answer, dialect.listItem)
	});
}
/** An error in the shape of the Query protocol. `Type` says whose fault it is. */
function queryError(dialect, error, requestId) {
	return document("ErrorResponse", dialect, {
		Error: {
			Type: error.status < 500 ? "Sender" : "Receiver",
			Code: error.code,
			Message: escapeReturns(error.message)
		},
		RequestId: requestId
	});
}
/** An error in the shape of EC2. */
function ec2Error(error, requestId) {
	return document("Response", void 0, {
		Errors: { Error: {
			Code: error.code,
			Message: escapeReturns(error.message)
		} },
		RequestID: requestId
	});
}
function document(root, dialect, content) {
	return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [root]: {
		...dialect && { "@_xmlns": dialect.namespace },
		...content
	} }).replaceAll(RETURN_MARK, "&#xD;")}`;
}
const RETURN_MARK = "";
function escapeReturns(value) {
	return value.replaceAll("\r", RETURN_MARK);
}
function element(value, listItem) {
	if (value instanceof Date) return value.toISOString();
	if (Array.isArray(value)) {
		const items = value.map((item) => element(item, listItem));
		return listItem === void 0 ? items : { [listItem]: items };
	}
	if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== void 0).map(([name, member]) => [name, element(member, listItem)]));
	return escapeReturns(String(value));
}
// local/aws/src/wire/service.ts
/** A service that takes form parameters and answers in XML: the Query protocol, or EC2's dialect of it. */
function queryService(dialect, actions, protocol) {
	const [render, renderError] = protocol === "query" ? [queryResponse, (error, id) => queryError(dialect, error, id)] : [ec2Response, (error, id) => ec2Error(error, id)];
	return async (request) => {
		const { Action: name, Version: _, ...params } = parseQueryParams(request.body.toString() || request.url.search.slice(1));
		const action = typeof name === "string" ? name : "";
		const headers = { "content-type": "text/xml;charset=UTF-8" };
		try {
			if (request.fault) throw request.fault;
			const answer = await pick(actions, action)(request, params);
			return {
				action,
				params,
				status: 200,
				headers,
				body: render(dialect, action, answer, request.requestId)
			};
		} catch (error) {
			if (!(error instanceof AwsError)) throw error;
			return {
				action,
				params,
				status: error.status,
				headers,
				body: renderError(error, request.requestId),
				error
			};
		}
	};
}
/**
* A service that takes and answers JSON and names its call in `X-Amz-Target` (JSON 1.1).
* `invalid` is the code of an error that breaks the API model, where that is not ValidationError.
*/
function jsonService(actions, invalid = "ValidationError") {
	const headers = { "content-type": "application/x-amz-json-1.1" };
	return async (request) => {
		const action = String(request.headers["x-amz-target"] ?? "").split(".").at(-1) ?? "";
		const { params, answer, error } = await answerJson(actions, action, request, invalid);
		if (!error) return {
			action,
			params,
			status: 200,
			headers,
			body: JSON.stringify(answer)
		};
		const body = JSON.stringify({
			__type: error.code,
			message: error.message
		});
		return {
			action,
			params,
			status: error.status,
			headers,
			body,
			error
		};
	};
}
/** A service that takes and answers JSON and names its call by the path (REST JSON); all of its calls are POSTs. */
function restJsonService(paths, actions, invalid = "ValidationException") {
	const headers = { "content-type": "application/json" };
	return async (request) => {
		const action = restAction(paths, request.url) ?? "";
		const { params, answer, error } = await answerJson(actions, action, request, invalid);
		if (!error) return {
			action,
			params,
			status: 200,
			headers,
			body: JSON.stringify(answer)
		};
		const body = JSON.stringify({ message: error.message });
		return {
			action,
			params,
			status: error.status,
			headers: {
				...headers,
				"x-amzn-errortype": error.code
			},
			body,
			error
		};
	};
}
/** The call that a path stands for; undefined for a path that is none. */
function restAction(paths, { pathname }) {
	return paths && Object.hasOwn(paths, pathname) ? paths[pathname] : void 0;
}
/** Keeps what is sent in bulk out of the journal: its calls stay as long as the process does. */
function withoutBulk(service, ...names) {
	return async (request) => {
		const reply = await service(request);
		const counts = names.filter((name) => Array.isArray(reply.params[name])).map((name) => [name, reply.params[name].length]);
		return {
			...reply,
			params: {
				...reply.params,
				...Object.fromEntries(counts)
			}
		};
	};
}
async function answerJson(actions, action, request, invalid) {
	let params = {};
	try {
		if (request.fault) throw request.fault;
		params = parseJson(request.body);
		return {
			params,
			answer: await pick(actions, action)(request, params)
		};
	} catch (error) {
		if (!(error instanceof AwsError)) throw error;
		const isOfModel = error.code === "ValidationError";
		return {
			params,
			error: isOfModel ? new AwsError(invalid, error.message, error.status) : error
		};
	}
}
function parseJson(body) {
	try {
		return JSON.parse(body.toString() || "{}");
	} catch {
		throw new AwsError("SerializationException", "The request body is not JSON");
	}
}
function pick(actions, name) {
	const action = Object.hasOwn(actions, name) ? actions[name] : void 0;
	if (action) return action;
	const known = Object.keys(actions).sort().join(", ");
	throw new AwsError("InvalidAction", `The local AWS has no action ${name || "(none given)"} here; it has: ${known}`);
}
// local/aws/src/server.ts
/** The one call that is not signed: its caller has no credentials yet. */
const UNSIGNED = /(^|&)Action=AssumeRoleWithWebIdentity(&|$)/;
/** Starts listening; rejects with Node's own error when it cannot (EADDRINUSE). */
async function listen(options) {
	const closing = new AbortController();
	const server = createServer((request, response) => {
		const requestId = randomUUID();
		serve(options, request, response, requestId, closing.signal).catch((error) => {
			if (closing.signal.aborted) return;
			const failure = new AwsError("InternalFailure", error instanceof Error ? error.stack ?? error.message : String(error), 500);
			response.writeHead(500, { "content-type": "text/xml" }).end(queryError({ namespace: "" }, failure, requestId));
		});
	});
	await new Promise((resolve, reject) => {
		server.once("error", reject).listen(options.port, options.host, resolve);
	});
	const { port } = server.address();
	const close = () => {
		closing.abort(/* @__PURE__ */ new Error("the local AWS is closing"));
		return closeServer(server);
	};
	return {
		url: `http://${options.host}:${port}`,
		port,
		close
	};
}
async function closeServer(server) {
	const closed = new Promise((resolve, reject) => {
		server.close((error) => error ? reject(error) : resolve());
	});
	server.closeAllConnections();
	await closed;
}
async function serve(options, request, response, requestId, closing) {
	const { clock, faults } = options;
	if (isHealthCheck(request)) return answerHealth(options, response);
	const arrived = {
		...await arrive(options, request),
		requestId
	};
	const fate = faults.onRequest(arrived.call);
	const { transport } = fate;
	const reply = transport?.isProcessed === false ? void 0 : await answer(options, arrived, fate);
	const { service, action, stack } = arrived.call;
	const { error } = reply ?? {};
	options.onCall({
		service,
		action: reply?.action ?? action,
		params: reply?.params ?? {},
		...stack !== void 0 && { stack },
		status: reply?.status ?? 0,
		...error && { error: error.code },
		...fate.struck.length > 0 && { fault: fate.struck.join(",") },
		at: clock.now().toISOString()
	});
	const send = (body = reply?.body ?? "") => {
		const headers = {
			"x-amzn-requestid": requestId,
			"x-amz-request-id": requestId,
			...reply?.headers
		};
		response.writeHead(reply?.status ?? 500, headers).end(request.method === "HEAD" ? void 0 : body);
	};
	if (!transport) return send();
	const sleep = (seconds) => clock.sleep(seconds, closing);
	await transport.deliver({
		response,
		body: Buffer.from(reply?.body ?? ""),
		send,
		sleep
	}, transport.fault);
}
/** Whether a container's health check asks; an object of a bucket `health` is asked for with a signature. */
function isHealthCheck({ method, url, headers }) {
	return method === "GET" && url === "/health" && headers.authorization === void 0;
}
function answerHealth({ services }, response) {
	const body = JSON.stringify({
		status: "ok",
		simulation: true,
		services: Object.keys(services)
	});
	response.writeHead(200, { "content-type": "application/json" }).end(body);
}
async function arrive(options, request) {
	const body = await readBody(request);
	const url = new URL(request.url ?? "/", "http://localhost");
	const { headers, method = "GET" } = request;
	const scope = scopeOf(request, url, body);
	const { service, region, accessKeyId } = scope instanceof AwsError ? {
		service: "unknown",
		region: "",
		accessKeyId: ""
	} : scope;
	const target = headers["x-amz-target"];
	const hasForm = target === void 0 && service !== "s3" && options.paths[service] === void 0;
	const parameters = new URLSearchParams(hasForm ? body.toString() || url.search.slice(1) : "");
	return {
		request,
		url,
		body,
		scope,
		call: {
			service,
			action: (parameters.get("Action") ?? (restAction(options.paths[service], url) || String(target ?? ""))).split(".").at(-1) || method,
			stack: service === "cloudformation" ? options.stackNamed(region, parameters) : void 0,
			accessKeyId,
			headers,
			now: options.clock.now()
		}
	};
}
async function answer(options, arrived, { refusal, struck, marks }) {
	const { request, url, body, requestId, scope, call } = arrived;
	try {
		if (scope instanceof AwsError) throw scope;
		const { service, region, accessKeyId } = scope;
		const handle = Object.hasOwn(options.services, service) ? options.services[service] : void 0;
		if (!handle) throw new AwsError("InvalidAction", `The local AWS has no service ${service}; it has: ${Object.keys(options.services).join(", ")}`);
		const { method = "GET", headers } = request;
		const fault = refusal ?? credentialFault(scope);
		const { stack } = call;
		return await handle({
			method,
			url,
			headers,
			body,
			region,
			accessKeyId,
			requestId,
			fault,
			stack,
			struck,
			marks
		});
	} catch (error) {
		if (!(error instanceof AwsError)) throw error;
		const headers = { "content-type": "text/xml" };
		const text = queryError({ namespace: "" }, error, requestId);
		return {
			action: call.action,
			params: {},
			status: error.status,
			headers,
			body: text,
			error
		};
	}
}
/** Whose request it is and what for, or why that cannot be told. */
function scopeOf({ headers }, url, body) {
	try {
		const scope = credentialScope(headers, url);
		if (scope) return scope;
	} catch (error) {
		if (error instanceof AwsError) return error;
		throw error;
	}
	if (UNSIGNED.test(body.toString()) || UNSIGNED.test(url.search.slice(1))) return {
		service: "sts",
		region: "us-east-1",
		accessKeyId: ""
	};
	return missingToken();
}
// local/aws/src/services/log-events.ts
/** So many events are kept of a stream; the oldest go first. */
const MOST_EVENTS$1 = 1e5;
/** What stands in the log groups. */
var LogEvents = class {
	/** By key of the group. */
	#streams = /* @__PURE__ */ new Map();
	#sequence = 0;
	streams(groupKey) {
		const streams = this.#streams.get(groupKey) ?? /* @__PURE__ */ new Map();
		this.#streams.set(groupKey, streams);
		return streams;
	}
	forget(groupKey) {
		this.#streams.delete(groupKey);
	}
	put(stream, ingestionTime, events) {
		const newest = stream.events.at(-1)?.timestamp ?? 0;
		for (const { timestamp, message } of events) {
			this.#sequence += 1;
			stream.events.push({
				timestamp,
				message,
				ingestionTime,
				sequence: this.#sequence
			});
		}
		if ((events[0]?.timestamp ?? newest) < newest) stream.events.sort(byPlace);
		if (stream.events.length > MOST_EVENTS$1) stream.events.splice(0, stream.events.length - MOST_EVENTS$1);
	}
};
/** The order of events. */
function byPlace(a, b) {
	return a.timestamp - b.timestamp || a.sequence - b.sequence;
}
/** The gap before an event. */
function placeBefore({ timestamp, sequence }) {
	return {
		timestamp,
		sequence: sequence - 1
	};
}
/** Writes a place as a token; undefined comes back for what is none. */
function writePlace({ timestamp, sequence }) {
	return `${String(timestamp).padStart(16, "0")}${String(sequence).padStart(16, "0")}`;
}
function readPlace(token) {
	const [, timestamp, sequence] = /^(\d{16})(\d{16})$/.exec(token) ?? [];
	if (timestamp === void 0 || sequence === void 0) return void 0;
	return {
		timestamp: Number(timestamp),
		sequence: Number(sequence)
	};
}
/** A page holds at most so many bytes of messages ("up to 1 MB", GetLogEvents and FilterLogEvents). */
const PAGE_BYTES = 1048576;
/** The first of these events that fit a page: `limit` of them, and 1 MB, but always one. */
function firstPage(events, limit) {
	let bytes = 0;
	const page = [];
	for (const event of events) {
		bytes += Buffer.byteLength(event.message);
		if (page.length >= limit || page.length > 0 && bytes > PAGE_BYTES) break;
		page.push(event);
	}
	return page;
}
// local/aws/src/services/members.ts
/** The resources of a type that the stacks of a region have made: also those that outlive a deleted stack. */
function membersOf(regions, region, type) {
	const exists = ({ physicalId, status }) => physicalId !== "" && !/^(CREATE_FAILED|DELETE_COMPLETE)$/.test(status);
	return (regions[region] ?? []).flatMap((stack) => Object.values(stack.resources).filter((resource) => resource.type === type && exists(resource)).map((resource) => ({
		stack,
		resource
	})));
}
/** A resource's own tags, its stack's, and those that CloudFormation adds. */
function tagsOf({ stack, resource }) {
	const own = Array.isArray(resource.properties.Tags) ? resource.properties.Tags : [];
	return {
		...Object.fromEntries([...resource.stackTags, ...own].map(({ Key, Value }) => [String(Key), String(Value)])),
		"aws:cloudformation:stack-name": stack.name,
		"aws:cloudformation:stack-id": stack.id,
		"aws:cloudformation:logical-id": resource.logicalId
	};
}
/** What tells a resource of a stack from its successors of the same name. */
function keyOf({ stack, resource }) {
	return `${stack.id}/${resource.logicalId}/${resource.physicalId}`;
}
// local/aws/src/services/log-groups.ts
/** The log groups of the account: those of stacks, and those made through CloudWatch Logs. */
var LogGroups = class {
	#account;
	#regions;
	#now;
	/** By ARN. */
	#own = /* @__PURE__ */ new Map();
	/** Keys of groups of stacks that were deleted by a call. */
	#deleted = /* @__PURE__ */ new Set();
	/** Retention that was set by a call, by key. */
	#retention = /* @__PURE__ */ new Map();
	#made = 0;
	/** `regions` holds the stacks. */
	constructor(account, regions, now) {
		this.#account = account;
		this.#regions = regions;
		this.#now = now;
	}
	list(region) {
		const made = membersOf(this.#regions, region, "AWS::Logs::LogGroup").filter((member) => !this.#deleted.has(keyOf(member))).map((member) => this.#ofStack(region, member));
		const own = [...this.#own.values()].filter(({ arn }) => arn.split(":")[3] === region);
		return [...made, ...own].map((group) => {
			const retentionInDays = this.#retention.get(group.key) ?? group.retentionInDays;
			return {
				...group,
				...retentionInDays !== void 0 && { retentionInDays }
			};
		});
	}
	create(region, name, tags) {
		this.#made += 1;
		const arn = this.#arn(region, name);
		this.#own.set(arn, {
			key: `${arn}#${this.#made}`,
			name,
			arn,
			tags,
			createdAt: this.#now().getTime()
		});
	}
	delete(region, name) {
		this.#own.delete(this.#arn(region, name));
		for (const member of membersOf(this.#regions, region, "AWS::Logs::LogGroup")) if (member.resource.physicalId === name) this.#deleted.add(keyOf(member));
	}
	retain(group, days) {
		this.#retention.set(group.key, days);
	}
	#ofStack(region, member) {
		const { physicalId: name, properties, updatedAt } = member.resource;
		const days = Number(properties.RetentionInDays);
		return {
			key: keyOf(member),
			name,
			arn: this.#arn(region, name),
			tags: tagsOf(member),
			createdAt: Date.parse(updatedAt),
			...days > 0 && { retentionInDays: days }
		};
	}
	#arn(region, name) {
		return `arn:aws:logs:${region}:${this.#account}:log-group:${name}`;
	}
};
// local/aws/src/services/boolean-expression.ts
/** The words of an expression, read one after the other. */
var Words = class {
	#words;
	#at = 0;
	constructor(words) {
		this.#words = words;
	}
	peek() {
		return this.#words[this.#at];
	}
	next() {
		this.#at += 1;
		return this.#words[this.#at - 1];
	}
	/** Steps over the next word if it is this one, in any case of letters. */
	takes(word) {
		if (this.peek()?.toUpperCase() !== word) return false;
		this.#at += 1;
		return true;
	}
};
/** Reads a whole expression: `or` binds weakest, then `and`, then `!`; parentheses group. */
function readExpression(language, words) {
	const test = readAny(language, words);
	return words.peek() === void 0 ? test : language.fail(words);
}
/** Reads as far as the expression goes; what follows is left. */
function readAny(language, words) {
	const tests = [readAll(language, words)];
	while (words.takes(language.or)) tests.push(readAll(language, words));
	return (subject) => tests.some((test) => test(subject));
}
function readAll(language, words) {
	const tests = [readOne(language, words)];
	const goesOn = () => words.takes(language.and) || language.joinsByItself === true && ![
		"",
		")",
		"}",
		language.or
	].includes(words.peek()?.toUpperCase() ?? "");
	while (goesOn()) tests.push(readOne(language, words));
	return (subject) => tests.every((test) => test(subject));
}
function readOne(language, words) {
	if (words.takes("!")) {
		const test = readOne(language, words);
		return (subject) => !test(subject);
	}
	if (!words.takes("(")) return language.operand(words);
	const test = readAny(language, words);
	return words.takes(")") ? test : language.fail(words);
}
// local/aws/src/services/log-pattern.ts
/**
* Reads a filter pattern ("Filter pattern syntax", CloudWatch Logs User Guide): terms, `"phrases"`, `-excluded`,
* `?either ?or`, and `{ $.json = "…" && … }`. Letters count as they are written.
*
* @throws AwsError InvalidParameterException, also for the patterns that the local AWS does not have
*/
function readPattern(pattern) {
	const text = pattern.trim();
	if (text.startsWith("{")) return readJsonPattern(text);
	if (text.startsWith("[") || text.startsWith("%")) throw invalid$1("; the local AWS has terms, \"phrases\", -excluded, ?either ?or and { $.json = \"…\" } only");
	return readTerms(text);
}
function invalid$1(more = "") {
	return new AwsError("InvalidParameterException", `Invalid filter pattern${more}`);
}
/** A term is a word, or a phrase in quotes; anything but letters, digits and `_` needs the quotes. */
const TERM = /\s*([?-]?)(?:"((?:[^"\\]|\\.)+)"|([\p{L}\p{N}_]+))(?=\s|$)/uy;
function readTerms(text) {
	const terms = {
		"": [],
		"?": [],
		"-": []
	};
	TERM.lastIndex = 0;
	while (TERM.lastIndex < text.length) {
		const found = TERM.exec(text);
		if (!found) throw invalid$1();
		const [, sign = "", phrase, word = ""] = found;
		terms[sign].push(phrase?.replaceAll(/\\(.)/g, "$1") ?? word);
	}
	const { "": wanted, "?": either, "-": unwanted } = terms;
	const any = wanted.length + unwanted.length > 0 ? [] : either;
	return (message) => wanted.every((term) => message.includes(term)) && !unwanted.some((term) => message.includes(term)) && (any.length === 0 || any.some((term) => message.includes(term)));
}
const WORD$1 = /\s*(&&|\|\||!=|<=|>=|[()=<>!]|"(?:[^"\\]|\\.)*"|\$(?:\.?\[[^\]]*\]|\.[\w-]+)+|[^\s()=<>!&|"{}]+)\s*/y;
function readJsonPattern(text) {
	const inner = /^\{(.*)\}$/s.exec(text)?.[1]?.trim();
	if (!inner) throw invalid$1();
	const words = [];
	WORD$1.lastIndex = 0;
	while (WORD$1.lastIndex < inner.length) {
		const word = WORD$1.exec(inner)?.[1];
		if (word === void 0) throw invalid$1();
		words.push(word);
	}
	const test = readExpression(JSON_LANGUAGE, new Words(words));
	return (message) => {
		const value = parse(message);
		return typeof value === "object" && value !== null && test(value);
	};
}
const JSON_LANGUAGE = {
	or: "||",
	and: "&&",
	operand: readComparison$1,
	fail() {
		throw invalid$1();
	}
};
function readComparison$1(words) {
	const selector = words.next() ?? "";
	if (!selector.startsWith("$")) throw invalid$1();
	const path = readPath(selector);
	if (words.takes("IS")) {
		const named = {
			NULL: null,
			TRUE: true,
			FALSE: false
		};
		const word = words.next()?.toUpperCase() ?? "";
		if (!Object.hasOwn(named, word)) throw invalid$1();
		return (subject) => valueAt(subject, path) === named[word];
	}
	if (words.takes("NOT")) {
		if (!words.takes("EXISTS")) throw invalid$1();
		return (subject) => valueAt(subject, path) === void 0;
	}
	const compare = COMPARISONS$1[words.next() ?? ""];
	const wanted = words.next();
	if (!compare || wanted === void 0 || /^[()=<>!&|$]/.test(wanted)) throw invalid$1();
	return (subject) => {
		const value = valueAt(subject, path);
		return value !== void 0 && value !== null && compare(value, wanted);
	};
}
const COMPARISONS$1 = {
	"=": isEqual,
	"!=": (value, wanted) => !isEqual(value, wanted),
	"<": (value, wanted) => typeof value === "number" && value < Number(wanted),
	">": (value, wanted) => typeof value === "number" && value > Number(wanted),
	"<=": (value, wanted) => typeof value === "number" && value <= Number(wanted),
	">=": (value, wanted) => typeof value === "number" && value >= Number(wanted)
};
/** A number equals a number; in text, `*` stands for anything. */
function isEqual(value, wanted) {
	if (typeof value === "number" && !wanted.startsWith("\"")) return value === Number(wanted);
	if (typeof value === "object") return false;
	const parts = (wanted.startsWith("\"") ? wanted.slice(1, -1).replaceAll(/\\(.)/g, "$1") : wanted).split("*").map((part) => part.replaceAll(/[^\p{L}\p{N}_]/gu, (character) => `\\u{${hex(character)}}`));
	return new RegExp(`^${parts.join(".*")}$`, "su").test(String(value));
}
function hex(character) {
	return (character.codePointAt(0) ?? 0).toString(16);
}
/** `$.a.b[0]['c.d']` → a, b, 0, c.d. */
function readPath(selector) {
	return [...selector.matchAll(/\.?\[\s*(?:'([^']*)'|"([^"]*)"|(\d+))\s*\]|\.([\w-]+)/g)].map(([, single, double, index, name]) => single ?? double ?? index ?? name ?? "");
}
function valueAt(subject, path) {
	let value = subject;
	for (const step of path) {
		if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return void 0;
		value = value[step];
	}
	return value;
}
function parse(message) {
	try {
		return JSON.parse(message);
	} catch {
		return;
	}
}
// local/aws/src/services/logs.ts
const GROUP_NAME = /^[.\-_/#A-Za-z0-9]{1,512}$/;
const STREAM_NAME = /^[^:*]{1,512}$/;
/** Days ("PutRetentionPolicy", CloudWatch Logs API Reference). */
const RETENTION = [
	1,
	3,
	5,
	7,
	14,
	30,
	60,
	90,
	120,
	150,
	180,
	365,
	400,
	545,
	731,
	1096,
	1827,
	2192,
	2557,
	2922,
	3288,
	3653
];
const HOUR = 36e5;
const DAY = 24 * HOUR;
/** What the API reference of PutLogEvents lets a batch be. */
const BATCH = {
	events: 1e4,
	bytes: 1048576,
	bytesBeside: 26,
	span: DAY,
	oldest: 14 * DAY,
	newest: 2 * HOUR
};
const MOST_EVENTS = 1e4;
const MOST_NAMES = 50;
/** Amazon CloudWatch Logs: groups (those of stacks too), streams, and events that are put, read and filtered. */
function logsService(groups, log, now) {
	const groupNamed = (region, name) => {
		const found = groups.list(region).find((group) => group.name === name);
		if (found) return found;
		throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
	};
	const streamsOf = (region, params) => log.streams(groupNamed(region, groupName(params)).key);
	const streamOf = (region, params) => {
		const found = streamsOf(region, params).get(requiredText(params, "logStreamName"));
		if (found) return found;
		throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
	};
	return withoutBulk(jsonService({
		CreateLogGroup: ({ region }, params) => {
			const name = matching(params, "logGroupName", GROUP_NAME);
			if (groups.list(region).some((group) => group.name === name)) throw new AwsError("ResourceAlreadyExistsException", "The specified log group already exists");
			groups.create(region, name, params.tags ?? {});
			return {};
		},
		DescribeLogGroups: ({ region }, params) => {
			const [prefix, part] = [text(params, "logGroupNamePrefix") ?? "", text(params, "logGroupNamePattern") ?? ""];
			const { page, nextToken } = pageOf(groups.list(region).filter(({ name }) => name.startsWith(prefix) && name.includes(part)).sort((a, b) => a.name < b.name ? -1 : 1), params);
			return {
				logGroups: page.map(shownGroup),
				nextToken
			};
		},
		DeleteLogGroup: ({ region }, params) => {
			const group = groupNamed(region, requiredText(params, "logGroupName"));
			groups.delete(region, group.name);
			log.forget(group.key);
			return {};
		},
		PutRetentionPolicy: ({ region }, params) => {
			const group = groupNamed(region, requiredText(params, "logGroupName"));
			const days = Number(requiredText(params, "retentionInDays"));
			if (!RETENTION.includes(days)) throw constraintError("retentionInDays", String(days), `Member must satisfy enum value set: [${RETENTION}]`);
			groups.retain(group, days);
			return {};
		},
		CreateLogStream: ({ region }, params) => {
			const streams = streamsOf(region, params);
			const name = matching(params, "logStreamName", STREAM_NAME);
			if (streams.has(name)) throw new AwsError("ResourceAlreadyExistsException", "The specified log stream already exists");
			streams.set(name, {
				name,
				createdAt: now().getTime(),
				events: []
			});
			return {};
		},
		DescribeLogStreams: ({ region }, params) => {
			const group = groupNamed(region, groupName(params));
			const { page, nextToken } = pageOf(orderStreams([...log.streams(group.key).values()], params), params);
			return {
				logStreams: page.map((stream) => shownStream(group, stream)),
				nextToken
			};
		},
		PutLogEvents: ({ region }, params) => {
			const { retentionInDays } = groupNamed(region, groupName(params));
			const stream = streamOf(region, params);
			const batch = readBatch(params);
			const at = now().getTime();
			const rejected = rejectedOf(batch, at, retentionInDays);
			const from = Math.max(rejected.tooOldLogEventEndIndex ?? 0, rejected.expiredLogEventEndIndex ?? 0);
			log.put(stream, at, batch.slice(from, rejected.tooNewLogEventStartIndex));
			return {
				nextSequenceToken: writePlace(stream.events.at(-1) ?? {
					timestamp: 0,
					sequence: 0
				}),
				...Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }
			};
		},
		GetLogEvents: (request, params) => {
			const { events } = streamOf(request.region, params);
			const [start, end] = [number(params, "startTime", 0), number(params, "endTime", Number.POSITIVE_INFINITY)];
			const isWanted = ({ timestamp }) => timestamp >= start && timestamp < end;
			return getEvents(shownNow(request, events, now).filter(isWanted), params);
		},
		FilterLogEvents: (request, params) => {
			const streams = [...streamsOf(request.region, params).values()].filter(streamFilter(params));
			const [start, end] = [number(params, "startTime", 0), number(params, "endTime", Number.POSITIVE_INFINITY)];
			const matches = readPattern(text(params, "filterPattern") ?? "");
			return filterEvents(streams.flatMap(({ name, events }) => shownNow(request, events, now).filter(({ timestamp, message }) => timestamp >= start && timestamp <= end && matches(message)).map((event) => ({
				...event,
				stream: name
			}))).sort(byPlace), params, request.marks.has("empty-log-page"));
		}
	}, "InvalidParameterException"), "logEvents");
}
/** The group's name, given as `logGroupName`, or as `logGroupIdentifier` by name or ARN. */
function groupName(params) {
	const identifier = text(params, "logGroupIdentifier");
	const name = text(params, "logGroupName");
	if (identifier !== void 0 && name !== void 0) throw parameterError("LogGroup name and LogGroup identifier are mutually exclusive parameters.");
	if (identifier === void 0) return requiredText(params, "logGroupName");
	return identifier.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, "").replace(/:\*$/, "");
}
function parameterError(message) {
	return new AwsError("InvalidParameterException", message);
}
function matching(params, name, pattern) {
	const value = requiredText(params, name);
	if (pattern.test(value)) return value;
	throw constraintError(name, value, `Member must satisfy regular expression pattern: ${pattern.source.slice(1, -1)}`);
}
function number(params, name, otherwise) {
	const value = text(params, name);
	return value === void 0 ? otherwise : Number(value);
}
function limitOf(params, most) {
	const limit = number(params, "limit", most);
	if (limit >= 1 && limit <= most) return limit;
	const rule = limit < 1 ? "Member must have value greater than or equal to 1" : `Member must have value less than or equal to ${most}`;
	throw constraintError("limit", String(limit), rule);
}
/** A page of what has a name; the token is the last name of the page before. */
function pageOf(all, params) {
	const limit = limitOf(params, MOST_NAMES);
	const token = text(params, "nextToken");
	const last = all.findIndex(({ name }) => token !== void 0 && name === Buffer.from(token, "hex").toString());
	if (token !== void 0 && last < 0) throw parameterError("The specified nextToken is invalid.");
	const page = all.slice(last + 1, last + 1 + limit);
	if (last + 1 + limit >= all.length) return { page };
	return {
		page,
		nextToken: Buffer.from(page.at(-1)?.name ?? "").toString("hex")
	};
}
function shownGroup({ name, arn, createdAt, retentionInDays }) {
	return {
		logGroupName: name,
		creationTime: createdAt,
		retentionInDays,
		metricFilterCount: 0,
		arn: `${arn}:*`,
		storedBytes: 0,
		logGroupClass: "STANDARD",
		logGroupArn: arn
	};
}
function shownStream({ arn }, { name, createdAt, events }) {
	return {
		logStreamName: name,
		creationTime: createdAt,
		...events.length > 0 && {
			firstEventTimestamp: events[0]?.timestamp,
			lastEventTimestamp: events.at(-1)?.timestamp,
			lastIngestionTime: Math.max(events[0]?.ingestionTime ?? 0, events.at(-1)?.ingestionTime ?? 0)
		},
		uploadSequenceToken: writePlace(events.at(-1) ?? {
			timestamp: 0,
			sequence: 0
		}),
		arn: `${arn}:log-stream:${name}`,
		storedBytes: 0
	};
}
function orderStreams(streams, params) {
	const prefix = text(params, "logStreamNamePrefix");
	const isByTime = text(params, "orderBy") === "LastEventTime";
	if (isByTime && prefix !== void 0) throw parameterError("Cannot order by LastEventTime with a logStreamNamePrefix.");
	const lastOf = ({ events }) => events.at(-1)?.timestamp ?? 0;
	const ordered = streams.filter(({ name }) => name.startsWith(prefix ?? "")).sort((a, b) => (isByTime ? lastOf(a) - lastOf(b) : 0) || (a.name < b.name ? -1 : 1));
	return text(params, "descending") === "true" ? ordered.reverse() : ordered;
}
/** A batch as PutLogEvents takes it; throws InvalidParameterException for one that it refuses as a whole. */
function readBatch(params) {
	const given = structures(params, "logEvents");
	if (!given) throw constraintError("logEvents", null, "Member must not be null");
	if (given.length < 1 || given.length > BATCH.events) throw constraintError("logEvents", "[…]", `Member must have length ${given.length < 1 ? "greater than or equal to 1" : `less than or equal to ${BATCH.events}`}`);
	const batch = given.map((event, index) => {
		const [timestamp, message] = [event.timestamp, event.message];
		const member = `logEvents.${index + 1}.member`;
		if (typeof timestamp !== "number") throw constraintError(`${member}.timestamp`, null, "Member must not be null");
		if (typeof message !== "string") throw constraintError(`${member}.message`, null, "Member must not be null");
		if (message === "") throw constraintError(`${member}.message`, "", "Member must have length greater than or equal to 1");
		return {
			timestamp,
			message
		};
	});
	const bytes = batch.reduce((sum, { message }) => sum + Buffer.byteLength(message) + BATCH.bytesBeside, 0);
	if (bytes > BATCH.bytes) throw parameterError(`Upload too large: ${bytes} bytes exceeds limit of ${BATCH.bytes}`);
	if (batch.some(({ timestamp }, index) => timestamp < (batch[index - 1]?.timestamp ?? 0))) throw parameterError("Log events in a single PutLogEvents request must be in chronological order.");
	if ((batch.at(-1)?.timestamp ?? 0) - (batch[0]?.timestamp ?? 0) > BATCH.span) throw parameterError("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
	return batch;
}
/** What of a batch, oldest first, is not taken: answered with 200 all the same. */
function rejectedOf(batch, at, retentionInDays) {
	const before = (time) => batch.filter(({ timestamp }) => timestamp < time).length;
	const tooOld = before(at - BATCH.oldest);
	const expired = retentionInDays === void 0 ? 0 : before(at - retentionInDays * DAY);
	const inTime = before(at + BATCH.newest + 1);
	return {
		...tooOld > 0 && { tooOldLogEventEndIndex: tooOld },
		...expired > 0 && { expiredLogEventEndIndex: expired },
		...inTime < batch.length && { tooNewLogEventStartIndex: inTime }
	};
}
/** Events that a read finds: all of them, unless a fault lets them come late. */
function shownNow({ marks }, events, now) {
	const late = marks.get("late-log-events");
	if (!late) return events;
	const at = now().getTime() - late.seconds * 1e3;
	return events.filter(({ ingestionTime }) => ingestionTime <= at);
}
/** A page of one stream, forward from a place or backward from it; the token of an end repeats. */
function getEvents(events, params) {
	const limit = limitOf(params, MOST_EVENTS);
	const token = text(params, "nextToken");
	const [direction, from] = token === void 0 ? [] : readGetToken(token);
	const page = (direction === void 0 ? text(params, "startFromHead") === "true" : direction === "f") ? firstPage(events.filter((event) => !from || byPlace(event, from) > 0), limit) : firstPage(events.filter((event) => !from || byPlace(event, from) <= 0).reverse(), limit).reverse();
	const here = from ?? {
		timestamp: 0,
		sequence: 0
	};
	const [first, last] = [page[0], page.at(-1)];
	return {
		events: page.map(({ timestamp, message, ingestionTime }) => ({
			timestamp,
			message,
			ingestionTime
		})),
		nextForwardToken: `f/${writePlace(last ?? here)}`,
		nextBackwardToken: `b/${writePlace(first ? placeBefore(first) : here)}`
	};
}
function readGetToken(token) {
	const [, direction, place = ""] = /^([fb])\/(\d+)$/.exec(token) ?? [];
	const from = readPlace(place);
	if (direction === void 0 || !from) throw parameterError("The specified nextToken is invalid.");
	return [direction, from];
}
function streamFilter(params) {
	const [names, prefix] = [texts(params, "logStreamNames"), text(params, "logStreamNamePrefix")];
	if (names && prefix !== void 0) throw parameterError("logStreamNamePrefix and logStreamNames are mutually exclusive parameters.");
	return ({ name }) => name.startsWith(prefix ?? "") && (names?.includes(name) ?? true);
}
/** A page of what several streams hold, oldest first. */
function filterEvents(events, params, isEmpty) {
	const token = text(params, "nextToken");
	const from = token === void 0 ? {
		timestamp: 0,
		sequence: 0
	} : readPlace(token);
	if (!from) throw parameterError("The specified nextToken is invalid.");
	if (isEmpty) return {
		events: [],
		searchedLogStreams: [],
		nextToken: writePlace(from)
	};
	const rest = events.filter((event) => byPlace(event, from) > 0);
	const page = firstPage(rest, limitOf(params, MOST_EVENTS));
	const last = page.at(-1);
	return {
		events: page.map(({ stream, timestamp, message, ingestionTime, sequence }) => ({
			logStreamName: stream,
			timestamp,
			message,
			ingestionTime,
			eventId: writePlace({
				timestamp,
				sequence
			})
		})),
		searchedLogStreams: [],
		...last && page.length < rest.length && { nextToken: writePlace(last) }
	};
}
// local/aws/src/services/sts.ts
const DIALECT = {
	namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
	listItem: "member"
};
const DEFAULT_SECONDS = 3600;
/** AWS STS: who one is, and temporary credentials. Nothing is checked but that the request is well-formed. */
function stsService(account, now) {
	const sessions = /* @__PURE__ */ new Map();
	return queryService(DIALECT, {
		GetCallerIdentity: ({ accessKeyId }) => {
			const session = sessions.get(accessKeyId);
			if (!session) return {
				UserId: "AIDALOCALAWS00000000",
				Account: account,
				Arn: `arn:aws:iam::${account}:user/local`
			};
			return {
				UserId: `AROALOCALAWS00000000:${session.sessionName}`,
				Account: account,
				Arn: assumedArn(session)
			};
		},
		AssumeRole: (_, params) => assume(sessions, params, now),
		AssumeRoleWithWebIdentity: (_, params) => {
			const claims = readClaims(requiredText(params, "WebIdentityToken"));
			return {
				...assume(sessions, params, now),
				SubjectFromWebIdentityToken: claims.sub,
				Audience: claims.aud,
				Provider: claims.iss
			};
		}
	}, "query");
}
function assume(sessions, params, now) {
	const roleArn = requiredText(params, "RoleArn");
	const sessionName = requiredText(params, "RoleSessionName");
	if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(roleArn)) throw validationError(`${roleArn} is invalid`);
	if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw constraintError("roleSessionName", sessionName, "Member must satisfy regular expression pattern: [\\w+=,.@-]*");
	const seconds = Number(text(params, "DurationSeconds") ?? DEFAULT_SECONDS);
	if (!(seconds >= 900 && seconds <= 43200)) throw validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
	const digest = createHash("sha256").update(`${roleArn}/${sessionName}/${sessions.size}`).digest("hex");
	const session = {
		roleArn,
		sessionName
	};
	const AccessKeyId = `ASIA${digest.slice(0, 16).toUpperCase()}`;
	sessions.set(AccessKeyId, session);
	return {
		Credentials: {
			AccessKeyId,
			SecretAccessKey: digest.slice(0, 40),
			SessionToken: `local-${digest}`,
			Expiration: new Date(now().getTime() + seconds * 1e3).toISOString()
		},
		AssumedRoleUser: {
			AssumedRoleId: `AROALOCALAWS00000000:${sessionName}`,
			Arn: assumedArn(session)
		}
	};
}
function assumedArn({ roleArn, sessionName }) {
	return `${roleArn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")}/${sessionName}`;
}
/** The claims of a JWT; whoever signed it. Throws STS's InvalidIdentityToken for what is none. */
function readClaims(token) {
	const [, payload = ""] = token.split(".");
	try {
		const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
		if (token.split(".").length === 3 && typeof claims === "object" && claims !== null) return claims;
	} catch {}
	throw new AwsError("InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)");
}
// local/aws/src/services/segments.ts
/** "Segment document size: 64 kB" (X-Ray endpoints and quotas). */
const MOST_BYTES$1 = 65536;
const SEGMENT_ID = /^[0-9a-f]{16}$/i;
const TRACE_ID = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i;
const NAME = /^[\p{L}\p{N}\p{Z}_.:/%&#=+\\\-@]{1,200}$/u;
/**
* Reads a document as PutTraceSegments gets it: a segment, a subsegment, or a list of subsegments.
*
* Seen in public reports were MissingId, InvalidTraceId, InvalidName and `Cause: null` of subsegments; the other codes
* are named after them.
*/
function readDocument(document) {
	if (Buffer.byteLength(document) > MOST_BYTES$1) return [refused({}, "SegmentTooLarge")];
	let value;
	try {
		value = JSON.parse(document);
	} catch {
		return [refused({}, "ParseError")];
	}
	return (Array.isArray(value) && value.length > 0 ? value : [value]).map((item) => {
		if (typeof item !== "object" || item === null) return refused({}, "ParseError");
		const fault = faultOf(item, true);
		return fault === void 0 ? item : refused(item, fault);
	});
}
/** A refusal of a document. */
function refused(item, code, message) {
	const isSubsegment = item.type === "subsegment";
	return {
		...typeof item.id === "string" && { Id: item.id },
		ErrorCode: code,
		Message: message ?? `Invalid ${isSubsegment ? "subsegment" : "segment"}. ErrorCode: ${code}${isSubsegment ? ", Cause: null" : ""}`
	};
}
/** The code of what is wrong with a document; undefined when it is well. `isOwn`: it is no part of another. */
function faultOf(item, isOwn) {
	const isPresent = (name) => item[name] !== void 0 && item[name] !== null;
	const rules = [
		[
			"id",
			"Id",
			(value) => SEGMENT_ID.test(String(value)),
			true
		],
		[
			"trace_id",
			"TraceId",
			(value) => TRACE_ID.test(String(value)),
			isOwn
		],
		[
			"name",
			"Name",
			(value) => typeof value === "string" && NAME.test(value),
			true
		],
		[
			"start_time",
			"StartTime",
			(value) => typeof value === "number" && value > 0,
			true
		],
		[
			"end_time",
			"EndTime",
			(value) => typeof value === "number" && value > 0,
			item.in_progress !== true
		],
		[
			"parent_id",
			"ParentId",
			(value) => SEGMENT_ID.test(String(value)),
			isOwn && item.type === "subsegment"
		]
	];
	for (const [field, code, isWell, isNeeded] of rules) {
		if (!isPresent(field) && isNeeded) return `Missing${code}`;
		if (isPresent(field) && !isWell(item[field])) return `Invalid${code}`;
	}
	const { annotations, http, subsegments } = item;
	if (![annotations ?? {}, http ?? {}].every(isObject) || !Array.isArray(subsegments ?? [])) return "ParseError";
	for (const part of subsegments ?? []) {
		const fault = isObject(part) ? faultOf(part, false) : "ParseError";
		if (fault !== void 0) return fault;
	}
}
function isObject(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
/** A segment and all that is in it, itself first. */
function within(segment) {
	return [segment, ...(segment.subsegments ?? []).flatMap(within)];
}
// local/aws/src/services/trace-store.ts
/** So many traces are kept of a region; the oldest go first. */
const MOST_TRACES = 2e4;
/** A trace holds at most so many bytes of documents; "100–500 KB" (X-Ray endpoints and quotas). */
const MOST_BYTES = 5e5;
/** The traces that were sent, by region. */
var TraceStore = class {
	/** By region, then by trace id. */
	#regions = /* @__PURE__ */ new Map();
	/** Keeps a document; answers with the reason when it does not. A complete segment takes the place of one in progress. */
	put(region, segment, bytes, receivedAt) {
		const traces = this.#regions.get(region) ?? /* @__PURE__ */ new Map();
		const id = segment.trace_id ?? "";
		const { documents, bytes: held } = traces.get(id) ?? {
			documents: /* @__PURE__ */ new Map(),
			bytes: 0
		};
		const former = documents.get(segment.id);
		if (former && segment.in_progress === true && former.segment.in_progress !== true) return void 0;
		const total = held - (former?.bytes ?? 0) + bytes;
		if (total > MOST_BYTES) return refused(segment, "InvalidSegment", "Trace Size Exceeded. Reduce the number of segments per trace and the size of your segment documents.");
		documents.set(segment.id, {
			segment,
			bytes,
			receivedAt
		});
		traces.set(id, {
			documents,
			bytes: total,
			updatedAt: receivedAt
		});
		this.#regions.set(region, traces);
		const [oldest] = traces.keys();
		if (traces.size > MOST_TRACES && oldest !== void 0) traces.delete(oldest);
	}
	/** What of a trace had come by a time; undefined when there is nothing. */
	find(region, id, by) {
		const sent = this.#regions.get(region)?.get(id);
		if (!sent) return void 0;
		if (sent.updatedAt <= by) {
			sent.whole ??= assemble(id, [...sent.documents.values()]);
			return sent.whole;
		}
		const kept = [...sent.documents.values()].filter(({ receivedAt }) => receivedAt <= by);
		return kept.length === 0 ? void 0 : assemble(id, kept);
	}
	/** All traces of which something had come by a time, as they came. */
	list(region, by) {
		return [...this.#regions.get(region)?.keys() ?? []].flatMap((id) => this.find(region, id, by) ?? []);
	}
};
function assemble(id, kept) {
	const documents = kept.map(({ segment }) => structuredClone(segment));
	const all = new Map(documents.flatMap(within).map((segment) => [segment.id, segment]));
	const own = documents.filter((segment) => !isMovedInto(all.get(segment.parent_id ?? ""), segment));
	const segments = [...own, ...inferredFrom(own, id)].sort((a, b) => a.start_time - b.start_time);
	const root = own.find(({ type, parent_id: parent = "" }) => type !== "subsegment" && !all.has(parent)) ?? own[0];
	if (!root) throw new Error(`the trace ${id} has no segment that is no part of another`);
	return {
		id,
		segments,
		root,
		startedAt: Math.min(...[...all.values()].map(({ start_time: start }) => start)),
		endedAt: Math.max(...[...all.values()].map(({ start_time: start, end_time: end = start }) => end)),
		updatedAt: Math.max(...kept.map(({ receivedAt }) => receivedAt)),
		revision: kept.length
	};
}
/** Puts a subsegment that was sent apart where it belongs; false for what is none, or would come to stand in itself. */
function isMovedInto(owner, part) {
	if (part.type !== "subsegment" || !owner || within(part).includes(owner)) return false;
	owner.subsegments = [...owner.subsegments ?? [], part];
	delete part.type;
	delete part.trace_id;
	delete part.parent_id;
	return true;
}
/** The segments that X-Ray adds: of each service that was called and has sent none ("inferred segments", X-Ray concepts). */
function inferredFrom(segments, traceId) {
	const answered = new Set(segments.map(({ parent_id: parent }) => parent));
	return segments.flatMap(within).filter(({ id, namespace }) => (namespace === "remote" || namespace === "aws") && !answered.has(id)).map(({ id, name, start_time, end_time }) => ({
		id: createHash("sha256").update(`${traceId}/${id}`).digest("hex").slice(0, 16),
		name,
		start_time,
		...end_time !== void 0 && { end_time },
		trace_id: traceId,
		parent_id: id,
		inferred: true
	}));
}
// local/aws/src/services/trace-filter.ts
/**
* Reads a filter expression ("Using filter expressions", X-Ray Developer Guide).
*
* @throws AwsError InvalidRequestException that names what the local AWS knows
*/
function readFilter(expression) {
	const words = expression.matchAll(WORD);
	const test = readExpression(LANGUAGE, new Words([...words].map(([, word = ""]) => word)));
	return (trace) => test({
		trace,
		segment: trace.root
	});
}
/** What is no word at all is one of its own, and refused as such. */
const WORD = /\s*(!=|<=|>=|[=<>!(){}[\],:]|"(?:[^"\\]|\\.)*"|'[^']*'|[\w.*-]+|\S)/g;
const flag = (name) => (segment) => segment[name] === true;
const statusOf = ({ http }) => http?.response?.status;
const BOOLEANS = {
	ok: ({ segment }) => ![
		"error",
		"fault",
		"throttle"
	].some((name) => segment[name] === true),
	error: ({ segment }) => flag("error")(segment),
	fault: ({ segment }) => flag("fault")(segment),
	throttle: ({ segment }) => flag("throttle")(segment),
	partial: ({ trace }) => trace.segments.some(({ in_progress: isOpen }) => isOpen === true)
};
const NUMBERS = {
	responsetime: ({ segment: { start_time: start, end_time: end } }) => end === void 0 ? void 0 : end - start,
	duration: ({ trace }) => trace.endedAt - trace.startedAt,
	"http.status": ({ segment }) => statusOf(segment)
};
const TEXTS = {
	"http.url": ({ segment }) => [segment.http?.request?.url],
	"http.method": ({ segment }) => [segment.http?.request?.method],
	"http.useragent": ({ segment }) => [segment.http?.request?.user_agent],
	"http.clientip": ({ segment }) => [segment.http?.request?.client_ip],
	user: ({ trace }) => trace.segments.map(({ user }) => user),
	"resource.arn": ({ trace }) => trace.segments.map(({ resource_arn: arn }) => arn)
};
const KNOWN = [
	...Object.keys(BOOLEANS),
	...Object.keys(NUMBERS),
	...Object.keys(TEXTS),
	"annotation[key]",
	"annotation.key",
	"service(\"name\") { … }",
	"service(id(name: \"…\", type: \"…\")) { … }",
	"AND",
	"OR",
	"!"
];
const LANGUAGE = {
	or: "OR",
	and: "AND",
	joinsByItself: true,
	operand: readOperand,
	fail
};
function fail(words) {
	const seen = words.peek();
	throw new AwsError("InvalidRequestException", `Invalid filter expression: ${seen === void 0 ? "it ends too early" : `'${seen}' is not known there`}. The local AWS knows: ${KNOWN.join(", ")}`);
}
function readOperand(words) {
	const keyword = words.peek() ?? "";
	const lower = keyword.toLowerCase();
	if (lower === "service") return readService(words);
	if (lower === "annotation" || keyword.startsWith("annotation.")) return readAnnotation(words);
	const [boolean, number, texts] = [
		own(BOOLEANS, lower),
		own(NUMBERS, lower),
		own(TEXTS, lower)
	];
	if (!boolean && !number && !texts) return fail(words);
	words.next();
	if (boolean) return readTruth(words, boolean);
	const compare = readComparison(words);
	if (!compare) return fail(words);
	return (subject) => (number ? [number(subject)] : texts?.(subject) ?? []).some(compare);
}
function own(table, name) {
	return Object.hasOwn(table, name) ? table[name] : void 0;
}
/** `fault`, `fault = true`, `fault != true`. */
function readTruth(words, test) {
	const isNot = words.peek() === "!=";
	if (!isNot && words.peek() !== "=") return test;
	words.next();
	const isTrue = words.takes("TRUE");
	if (!isTrue && !words.takes("FALSE")) return fail(words);
	return (subject) => test(subject) === isTrue !== isNot;
}
/** `annotation[key] = "v"`, `annotation.key = "v"`, or only whether there is one. */
function readAnnotation(words) {
	const word = words.next() ?? "";
	let key = word.slice(11);
	if (!word.includes(".")) {
		if (!words.takes("[")) return fail(words);
		const word = words.next() ?? "";
		key = unquoted(word) ?? word;
		if (!words.takes("]")) return fail(words);
	}
	const compare = readComparison(words);
	return ({ trace }) => trace.segments.flatMap(within).map(({ annotations }) => own(annotations ?? {}, key)).some((value) => value !== void 0 && (compare?.(value) ?? true));
}
/** `service("name")`, `service(id(name: "name", type: "AWS::ECS::Fargate"))`, each with or without `{ … }` about it. */
function readService(words) {
	words.next();
	if (!words.takes("(")) return fail(words);
	const wanted = {};
	if (words.takes("ID")) {
		if (!words.takes("(")) return fail(words);
		do {
			const name = words.peek()?.toLowerCase() ?? "";
			if (![
				"name",
				"type",
				"account.id"
			].includes(name)) return fail(words);
			words.next();
			if (!words.takes(":")) return fail(words);
			wanted[name] = unquoted(words.next() ?? "") ?? fail(words);
		} while (words.takes(","));
		if (!words.takes(")")) return fail(words);
	} else if (words.peek() !== ")") wanted.name = unquoted(words.peek() ?? "") ?? fail(words);
	if (wanted.name !== void 0 && words.peek() !== ")") words.next();
	if (!words.takes(")")) return fail(words);
	let inner = () => true;
	if (words.takes("{")) {
		inner = readAny(LANGUAGE, words);
		if (!words.takes("}")) return fail(words);
	}
	return ({ trace }) => trace.segments.filter(({ name, origin }) => name === (wanted.name ?? name) && origin === (wanted.type ?? origin)).some((segment) => inner({
		trace,
		segment
	}));
}
/** The comparison that comes next; undefined when none comes. */
function readComparison(words) {
	const operator = words.peek()?.toUpperCase() ?? "";
	const compare = own(COMPARISONS, operator);
	if (!compare) return void 0;
	words.next();
	const word = words.peek() ?? "";
	const wanted = unquoted(word) ?? (/^(true|false)$/i.test(word) ? word.toLowerCase() === "true" : Number(word));
	if (word === "" || Number.isNaN(wanted)) return fail(words);
	words.next();
	return (value) => typeof value === typeof wanted && compare(value, wanted);
}
const COMPARISONS = {
	"=": (value, wanted) => value === wanted,
	"!=": (value, wanted) => value !== wanted,
	"<": (value, wanted) => value < wanted,
	">": (value, wanted) => value > wanted,
	"<=": (value, wanted) => value <= wanted,
	">=": (value, wanted) => value >= wanted,
	CONTAINS: (value, wanted) => String(value).includes(wanted),
	BEGINSWITH: (value, wanted) => String(value).startsWith(wanted),
	ENDSWITH: (value, wanted) => String(value).endsWith(wanted)
};
/** The text in quotes; undefined for a word without. */
function unquoted(word) {
	return /^(["'])(.*)\1$/s.exec(word)?.[2]?.replaceAll(/\\(.)/g, "$1");
}
// local/aws/src/services/trace-summary.ts
/** "X-Ray indexes up to 50 annotations per trace" (segment documents, X-Ray Developer Guide). */
const MOST_ANNOTATIONS = 50;
const ANNOTATION_KEY = /^[\w.]{1,500}$/;
/** A trace as GetTraceSummaries lists it; times are seconds since 1970. */
function summaryOf(trace, account) {
	const { id, root, segments, startedAt, endedAt, revision } = trace;
	const { request, response } = root.http ?? {};
	return {
		Id: id,
		StartTime: startedAt,
		Duration: endedAt - startedAt,
		...root.end_time !== void 0 && { ResponseTime: root.end_time - root.start_time },
		HasFault: root.fault === true,
		HasError: root.error === true,
		HasThrottle: segments.some(({ throttle }) => throttle === true),
		IsPartial: segments.some(({ in_progress: isOpen }) => isOpen === true),
		Http: {
			HttpURL: request?.url,
			HttpStatus: response?.status,
			HttpMethod: request?.method,
			UserAgent: request?.user_agent,
			ClientIp: request?.client_ip
		},
		Annotations: annotationsOf(segments, account),
		Users: segments.filter(({ user }) => user !== void 0).map((segment) => ({
			UserName: segment.user,
			ServiceIds: [serviceId(segment, account)]
		})),
		ServiceIds: segments.map((segment) => serviceId(segment, account)),
		ResourceARNs: [...new Set(segments.flatMap(({ resource_arn: arn }) => arn ?? []))].map((ARN) => ({ ARN })),
		EntryPoint: serviceId(root, account),
		Revision: revision,
		MatchedEventTime: startedAt
	};
}
function serviceId({ name, origin, inferred }, account) {
	const type = inferred ? "remote" : origin;
	return {
		Name: name,
		Names: [name],
		AccountId: account,
		...type !== void 0 && { Type: type }
	};
}
/** What can be searched for: values by key, each with the services that sent it. */
function annotationsOf(segments, account) {
	const found = {};
	for (const segment of segments) for (const { annotations } of within(segment)) for (const [key, value] of Object.entries(annotations ?? {})) {
		const isNew = !Object.hasOwn(found, key);
		if (!ANNOTATION_KEY.test(key) || isNew && Object.keys(found).length >= MOST_ANNOTATIONS) continue;
		const values = isNew ? /* @__PURE__ */ new Map() : found[key] ?? /* @__PURE__ */ new Map();
		const services = values.get(value) ?? /* @__PURE__ */ new Map();
		services.set(segment.name, serviceId(segment, account));
		found[key] = values.set(value, services);
	}
	return Object.fromEntries(Object.entries(found).map(([key, values]) => [key, [...values].map(([value, services]) => ({
		AnnotationValue: typed(value),
		ServiceIds: [...services.values()]
	}))]));
}
function typed(value) {
	if (typeof value === "number") return { NumberValue: value };
	return typeof value === "boolean" ? { BooleanValue: value } : { StringValue: String(value) };
}
// local/aws/src/services/xray.ts
/** The calls of X-Ray, by path (its service model). */
const XRAY_PATHS = {
	"/TraceSegments": "PutTraceSegments",
	"/Traces": "BatchGetTraces",
	"/TraceSummaries": "GetTraceSummaries",
	"/GetTraceSegmentDestination": "GetTraceSegmentDestination",
	"/GetSamplingRules": "GetSamplingRules",
	"/SamplingTargets": "GetSamplingTargets",
	"/SamplingStatisticSummaries": "GetSamplingStatisticSummaries",
	"/TelemetryRecords": "PutTelemetryRecords"
};
const MOST_DOCUMENTS = 50;
const MOST_TRACE_IDS = 5;
const MOST_SUMMARIES = 100;
/** Seconds between the ends of what GetTraceSummaries takes. */
const LONGEST_RANGE = 21600;
/** The rule that every account has ("Configuring sampling rules", X-Ray Developer Guide). */
const DEFAULT_RULE = {
	RuleName: "Default",
	ResourceARN: "*",
	Priority: 1e4,
	FixedRate: .05,
	ReservoirSize: 1,
	ServiceName: "*",
	ServiceType: "*",
	Host: "*",
	HTTPMethod: "*",
	URLPath: "*",
	Version: 1,
	Attributes: {}
};
/** Seconds for which a reservoir's quota is given, and after which to ask again. */
const TARGET_SECONDS = 10;
/** AWS X-Ray: segments are put, traces read by id and found by time and filter; sampling is as in a new account. */
function xrayService(store, account, now) {
	/** Until when something has to have come to be shown. */
	const shownBy = ({ marks }) => {
		if (marks.has("transaction-search")) return Number.NEGATIVE_INFINITY;
		return now().getTime() - (marks.get("late-traces")?.seconds ?? 0) * 1e3;
	};
	return withoutBulk(restJsonService(XRAY_PATHS, {
		PutTraceSegments: ({ region, marks }, params) => {
			const documents = requiredList(params, "TraceSegmentDocuments", MOST_DOCUMENTS);
			const isLost = marks.has("segments-unprocessed");
			return { UnprocessedTraceSegments: documents.flatMap((document) => readDocument(document).map((segment) => {
				if ("ErrorCode" in segment) return segment;
				if (isLost) return refused(segment, "InternalFailure");
				return store.put(region, segment, Buffer.byteLength(document), now().getTime());
			})).filter((outcome) => outcome !== void 0) };
		},
		BatchGetTraces: (request, params) => {
			const ids = requiredList(params, "TraceIds", MOST_TRACE_IDS);
			const traces = ids.map((id) => store.find(request.region, id, shownBy(request)));
			return {
				Traces: traces.filter((trace) => trace !== void 0).map(shownTrace),
				UnprocessedTraceIds: ids.filter((_, index) => traces[index] === void 0)
			};
		},
		GetTraceSummaries: (request, params) => {
			const isInRange = readRange(params);
			const expression = text(params, "FilterExpression");
			const isMeant = expression ? readFilter(expression) : () => true;
			const all = store.list(request.region, shownBy(request)).filter(isInRange);
			const rest = after(all.filter(isMeant).sort((a, b) => placeOf(a) < placeOf(b) ? 1 : -1), text(params, "NextToken"));
			const page = rest.slice(0, MOST_SUMMARIES);
			const last = page.at(-1);
			return {
				TraceSummaries: page.map((trace) => summaryOf(trace, account)),
				ApproximateTime: last?.startedAt ?? now().getTime() / 1e3,
				TracesProcessedCount: all.length,
				...last && page.length < rest.length && { NextToken: Buffer.from(placeOf(last)).toString("base64url") }
			};
		},
		GetTraceSegmentDestination: ({ marks }) => ({
			Destination: marks.has("transaction-search") ? "CloudWatchLogs" : "XRay",
			Status: "ACTIVE"
		}),
		GetSamplingRules: ({ region }) => ({ SamplingRuleRecords: [{
			SamplingRule: {
				...DEFAULT_RULE,
				RuleARN: `arn:aws:xray:${region}:${account}:sampling-rule/Default`
			},
			CreatedAt: 0,
			ModifiedAt: 0
		}] }),
		GetSamplingTargets: (_, params) => {
			const names = (structures(params, "SamplingStatisticsDocuments") ?? []).map((one) => text(one, "RuleName"));
			const isKnown = (name) => name === DEFAULT_RULE.RuleName;
			return {
				SamplingTargetDocuments: names.filter(isKnown).map((RuleName) => ({
					RuleName,
					FixedRate: DEFAULT_RULE.FixedRate,
					ReservoirQuota: DEFAULT_RULE.ReservoirSize,
					ReservoirQuotaTTL: now().getTime() / 1e3 + TARGET_SECONDS,
					Interval: TARGET_SECONDS
				})),
				LastRuleModification: 0,
				UnprocessedStatistics: names.filter((name) => !isKnown(name)).map((RuleName) => ({
					RuleName,
					ErrorCode: "400",
					Message: "Unknown rule"
				}))
			};
		},
		GetSamplingStatisticSummaries: () => ({ SamplingStatisticSummaries: [] }),
		PutTelemetryRecords: () => ({})
	}, "InvalidRequestException"), "TraceSegmentDocuments");
}
function invalid(message) {
	return new AwsError("InvalidRequestException", message);
}
function requiredList(params, name, most) {
	const list = texts(params, name);
	if (!list) throw invalid(`${name} is required`);
	if (list.length === 0 || list.length > most) throw invalid(`${name} takes 1 to ${most} items, not ${list.length}`);
	return list;
}
function shownTrace({ id, startedAt, endedAt, segments }) {
	return {
		Id: id,
		Duration: endedAt - startedAt,
		LimitExceeded: false,
		Segments: segments.map((segment) => ({
			Id: segment.id,
			Document: JSON.stringify(segment)
		}))
	};
}
/** Which traces the time range means: by their start, the coming of their newest document, or the end of a segment. */
function readRange(params) {
	const [start, end] = [readTime(params, "StartTime"), readTime(params, "EndTime")];
	if (end < start) throw invalid("StartTime must be before EndTime");
	if (end - start > LONGEST_RANGE) throw invalid("The time range must not be longer than 6 hours");
	const isWithin = (time) => time >= start && time <= end;
	const type = text(params, "TimeRangeType") ?? "TraceId";
	if (type === "Event") return ({ updatedAt }) => isWithin(updatedAt / 1e3);
	if (type === "Service") return ({ segments }) => segments.some(({ end_time: ended = 0 }) => isWithin(ended));
	if (type === "TraceId") return ({ startedAt }) => isWithin(startedAt);
	throw invalid(`TimeRangeType is TraceId, Event or Service, not ${type}`);
}
/** Seconds since 1970: REST JSON writes a timestamp as such a number, or as text. */
function readTime(params, name) {
	const given = text(params, name);
	if (given === void 0) throw invalid(`${name} is required`);
	const time = Number.isNaN(Number(given)) ? Date.parse(given) / 1e3 : Number(given);
	if (Number.isNaN(time)) throw invalid(`${name} is no timestamp: ${given}`);
	return time;
}
/** Where a trace stands among others, oldest first. */
function placeOf({ startedAt, id }) {
	return `${startedAt.toFixed(6).padStart(20, "0")}/${id}`;
}
/** What comes after the page that a token ends. */
function after(found, token) {
	if (token === void 0) return found;
	const place = Buffer.from(token, "base64url").toString();
	if (!/^\d{13}\.\d{6}\/1-/.test(place)) throw invalid("Invalid NextToken");
	return found.filter((trace) => placeOf(trace) < place);
}
// local/aws/src/telemetry.ts
/** The faults that this much of AWS can have. */
const FAULT_TABLE = {
	...CALL_FAULTS,
	...TELEMETRY_FAULTS
};
/** Starts where telemetry goes, alone: X-Ray, CloudWatch Logs and STS. Calls are told, and not kept. */
async function startTelemetry(options) {
	const account = "000000000000";
	const now = () => systemClock.now();
	const faults = new Faults(FAULT_TABLE, options.onStrike);
	for (const fault of options.faults) faults.inject(fault);
	const services = {
		xray: xrayService(new TraceStore(), account, now),
		logs: logsService(new LogGroups(account, {}, now), new LogEvents(), now),
		sts: stsService(account, now)
	};
	return {
		...await listen({
			host: options.host,
			port: options.port,
			services,
			paths: { xray: XRAY_PATHS },
			clock: systemClock,
			faults,
			stackNamed: () => void 0,
			onCall: options.log
		}),
		services: Object.keys(services)
	};
}
// local/aws/src/telemetry-main.ts
const USAGE = "usage: node local-aws.js [--host 127.0.0.1] [--port 4566] [--quiet] [--fault NAME[:ACTION][:TIMES][:KEY=VALUE…]]…";
async function main() {
	const { values } = parseArgs({
		options: {
			host: {
				type: "string",
				default: "127.0.0.1"
			},
			port: { type: "string" },
			quiet: {
				type: "boolean",
				default: false
			},
			fault: {
				type: "string",
				multiple: true
			}
		},
		strict: true
	});
	const { url, services } = await startTelemetry({
		host: values.host,
		port: readPort(values.port, 4566),
		faults: (values.fault ?? []).map((words) => parseFaultOf(FAULT_TABLE, words)),
		log: values.quiet ? () => {} : showCall,
		onStrike: showStrike
	});
	console.log(`A local simulation of AWS, only ${services.join(", ")}: nothing here reaches a cloud, and nothing outlives this process. Endpoint ${url}, readiness ${url}/health`);
}
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
main().catch((error) => fail$1(error, USAGE));
export {};
