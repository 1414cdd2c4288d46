import type { FaultDeclaration, FaultName, FaultTable } from '../faults.ts';
import type { AwsError } from '../wire/aws-error.ts';
import type { Answer } from '../wire/xml.ts';
import type {
  Active,
  Asked,
  Effect,
  FaultedCall,
  FaultParameters,
  Mark,
  RegistryMishap,
  ResourceWork,
} from './effect.ts';

/** Which fault is switched on, and when and where it strikes. `*` in a name stands for anything. */
export interface Injection extends Partial<FaultParameters> {
  fault: FaultName;
  /** Only calls of this name. */
  action?: string;
  /** Only calls about this stack, and its resources. */
  stack?: string;
  /** Only the resource with this logical id. */
  resource?: string;
  /** How often at most; default: once, and without end for a lasting fault or with a probability. */
  times?: number;
  /** Spares so many of those that it could strike first. */
  after?: number;
  /** Strikes so often of those that it could; default 1. */
  probability?: number;
  /** The same seed strikes the same of the same calls; default 1. */
  seed?: number;
}

/** A fault that was switched on. */
export interface FaultHandle {
  /** How often it has struck. */
  readonly struck: number;
  remove(): void;
}

/** One time that a fault has struck. */
export interface Strike {
  fault: FaultName;
  /** The call or the resource. */
  where: string;
}

interface Switched extends Active {
  injection: Injection;
  declaration: FaultDeclaration;
  times: number;
  met: number;
  struck: number;
}

/** What becomes of a request. */
export interface Fate {
  /** Names of the faults that have struck it so far. */
  struck: FaultName[];
  refusal?: AwsError;
  transport?: NonNullable<Effect['transport']> & { fault: Active };
  marks: Map<FaultName, Mark>;
}

/** The faults that are switched on. */
export class Faults {
  readonly #switched = new Set<Switched>();
  readonly #table: FaultTable;
  readonly #onStrike: (strike: Strike) => void;

  /** `table`: the faults that there are. */
  constructor(table: FaultTable, onStrike: (strike: Strike) => void = () => {}) {
    this.#table = table;
    this.#onStrike = onStrike;
  }

  /** Switches a fault on, until it is removed. */
  inject(injection: Injection): FaultHandle {
    const declaration = this.#table[injection.fault];
    if (!declaration) throw new Error(`no fault is called ${injection.fault}`);
    const { probability, seed = 1, times } = injection;
    const { seconds = 0, status = 0, percent = 0, reason = '' } = { ...declaration.parameters, ...injection };
    const isEndless = declaration.isLasting === true || probability !== undefined;
    const switched: Switched = {
      injection,
      declaration,
      parameters: { seconds, status, percent, reason },
      memory: new Map(),
      random: seededRandom(seed),
      times: times ?? (isEndless ? Number.POSITIVE_INFINITY : 1),
      met: 0,
      struck: 0,
    };
    this.#switched.add(switched);
    return {
      get struck() {
        return switched.struck;
      },
      remove: () => void this.#switched.delete(switched),
    };
  }

  /** Where faults of requests and of the transport act: told of every request before it is processed. */
  onRequest(call: FaultedCall): Fate {
    const fate: Fate = { struck: [], marks: new Map() };
    for (const fault of this.#switched) {
      const { refuse, transport, isShownByService } = fault.declaration.effect;
      if ((!refuse && !transport && !isShownByService) || !this.#isDue(fault, call)) continue;
      const refusal = refuse?.(call, fault);
      if (refusal) fate.refusal ??= refusal;
      if (transport && !fate.transport) fate.transport = { ...transport, fault };
      if (isShownByService) fate.marks.set(fault.injection.fault, { ...fault.parameters, random: fault.random });
      if (refusal || transport || isShownByService) this.#strike(fault, `${call.service}:${call.action}`, fate.struck);
    }
    return fate;
  }

  /** Where faults of CloudFormation's state and answers act: around each of its calls. */
  onCloudFormation(asked: Asked, struck: FaultName[], answer: () => Answer): Answer {
    const call = { service: 'cloudformation', action: asked.action, stack: asked.stack };
    const where = `cloudformation:${asked.action}`;
    const due = (kind: 'happen' | 'answer') =>
      [...this.#switched].filter(fault => fault.declaration.effect[kind] && this.#isDue(fault, call));
    for (const fault of due('happen')) {
      if (fault.declaration.effect.happen?.(asked, fault)) this.#strike(fault, where, struck);
    }
    for (const fault of due('answer')) {
      const changed = fault.declaration.effect.answer?.(asked, answer, fault);
      if (!changed) continue;
      this.#strike(fault, where, struck);
      return changed;
    }
    return answer();
  }

  /** Where faults of resources act: the fault that strikes this work, if any. */
  onResource(work: ResourceWork, stack: string, logicalId: string): FaultParameters | undefined {
    for (const fault of this.#switched) {
      if (fault.declaration.effect.resource !== work || !isLike(fault.injection.resource, logicalId)) continue;
      if (!this.#isDue(fault, { action: '', stack })) continue;
      this.#strike(fault, `${logicalId} of ${stack}`, []);
      return fault.parameters;
    }
    return undefined;
  }

  /** Where faults of ECR's registry act: the fault that strikes this request, if any. */
  onRegistry(mishap: RegistryMishap, action: string, struck: FaultName[]): FaultParameters | undefined {
    for (const fault of this.#switched) {
      if (fault.declaration.effect.registry !== mishap || !this.#isDue(fault, { action, stack: undefined })) continue;
      this.#strike(fault, `ecr-registry:${action}`, struck);
      return fault.parameters;
    }
    return undefined;
  }

  #isDue(fault: Switched, { action, stack }: Pick<FaultedCall, 'action' | 'stack'>): boolean {
    const { injection, declaration, times } = fault;
    const isMeant =
      isLike(injection.stack, stack) && (action === '' || isLike(injection.action ?? declaration.action, action));
    if (!isMeant) return false;
    fault.met += 1;
    if (fault.met <= (injection.after ?? 0) || fault.struck >= times) return false;
    return fault.random() < (injection.probability ?? 1);
  }

  #strike(fault: Switched, where: string, struck: FaultName[]): void {
    fault.struck += 1;
    struck.push(fault.injection.fault);
    this.#onStrike({ fault: fault.injection.fault, where });
  }
}

function isLike(pattern: string | undefined, text: string | undefined): boolean {
  if (pattern === undefined || pattern === '*') return true;
  const parts = pattern.split('*').map(part => part.replaceAll(/[^\w-]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`).test(text ?? '');
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32, by Tommy Ettinger, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NUMBERS = ['times', 'after', 'probability', 'seed', 'seconds', 'status', 'percent'];
const TEXTS = ['action', 'stack', 'resource'];

/**
 * Reads a fault of `table` as a command line names it: `throttled`, `throttled:DescribeStackEvents:5`,
 * `slow-answer:seconds=3`.
 *
 * @throws Error that says what is wrong with it
 */
export function parseFaultOf(table: FaultTable, words: string): Injection {
  const [fault = '', ...rest] = words.split(':');
  if (!Object.hasOwn(table, fault))
    throw new Error(`no fault is called '${fault}'; there are: ${Object.keys(table).join(', ')}`);
  const injection: Record<string, string | number> = { fault };
  while (rest.length > 0) {
    const word = rest.shift() ?? '';
    const [, key, text = ''] = /^([a-z]+)=(.*)$/.exec(word) ?? [];
    if (key === undefined)
      injection[/^\d+$/.test(word) ? 'times' : 'action'] = /^\d+$/.test(word) ? Number(word) : word;
    // A reason is the last to be said, since it may hold colons.
    else if (key === 'reason') injection.reason = [text, ...rest.splice(0)].join(':');
    else if (TEXTS.includes(key)) injection[key] = text;
    else if (NUMBERS.includes(key) && text !== '' && Number(text) >= 0) injection[key] = Number(text);
    else
      throw new Error(
        `'${word}' says nothing of fault ${fault}; known are ${[...NUMBERS, ...TEXTS].join('=, ')}=, reason=`,
      );
  }
  return injection as unknown as Injection;
}
