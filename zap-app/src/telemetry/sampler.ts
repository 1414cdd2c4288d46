import { type Attributes, type Context, diag, type Link, type SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  RandomIdGenerator,
  type Sampler,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { tokenBucket } from './token-bucket.ts';
import { xrayWish } from './xray-propagator.ts';

const DEFAULT = 'parentbased_always_on';

/**
 * The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` ask for, as OpenTelemetry's specification says, with one
 * bound: the parent-based ones grant only `trustedPerSecond` times a second what a caller's flag asks for.
 *
 * @param now milliseconds of a clock that never goes back
 */
export function createSampler(
  env: NodeJS.ProcessEnv,
  { trustedPerSecond, now }: { trustedPerSecond: number; now: () => number },
): Sampler {
  const name = env.OTEL_TRACES_SAMPLER?.trim() || DEFAULT;
  const [, parentBased, rootName = ''] = /^(parentbased_)?(.*)$/.exec(name) ?? [];
  const root = rootSampler(rootName, env.OTEL_TRACES_SAMPLER_ARG);
  if (root === undefined) {
    diag.error(`OTEL_TRACES_SAMPLER=${name} is not known, ${DEFAULT} is used`);
    return createSampler({}, { trustedPerSecond, now });
  }
  return parentBased === undefined ? root : new BoundedTrust(root, tokenBucket(trustedPerSecond, now));
}

function rootSampler(name: string, argument: string | undefined): Sampler | undefined {
  if (name === 'always_on') return new AlwaysOnSampler();
  if (name === 'always_off') return new AlwaysOffSampler();
  if (name === 'traceidratio') return new TraceIdRatioBasedSampler(ratio(argument));
  return undefined;
}

function ratio(argument: string | undefined): number {
  const value = argument?.trim() ? Number(argument) : 1;
  if (value >= 0 && value <= 1) return value;
  diag.error(`OTEL_TRACES_SAMPLER_ARG=${argument} is no number from 0 to 1, 1 is used`);
  return 1;
}

/**
 * A parent-based sampler that strangers cannot run up costs with. Under it a caller may
 * - ask for a trace: granted while `grants` says so, and else decided as if nobody had asked
 * - ask for none: granted, since that costs nothing; the request is counted and logged all the same
 * - choose the trace id: which does not decide anything, as a share of ids would otherwise be a flag that always works
 */
class BoundedTrust implements Sampler {
  readonly #root: Sampler;
  readonly #grants: () => boolean;
  readonly #on = new AlwaysOnSampler();
  readonly #off = new AlwaysOffSampler();
  readonly #ids = new RandomIdGenerator();

  constructor(root: Sampler, grants: () => boolean) {
    this.#root = root;
    this.#grants = grants;
  }

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const parent = trace.getSpanContext(context);
    const decide = (sampler: Sampler, id = traceId) => sampler.shouldSample(context, id, name, kind, attributes, links);
    const isSampled = ((parent?.traceFlags ?? 0) & TraceFlags.SAMPLED) !== 0;
    if (parent && !parent.isRemote) return decide(isSampled ? this.#on : this.#off);
    const wish = xrayWish(context) ?? (parent && (isSampled ? 'sampled' : 'not sampled'));
    if (wish === undefined) return decide(this.#root);
    if (wish === 'not sampled') return decide(this.#off);
    if (wish === 'sampled' && this.#grants()) return decide(this.#on);
    return decide(this.#root, this.#ids.generateTraceId());
  }

  toString(): string {
    return `BoundedTrust{root=${this.#root}}`;
  }
}
