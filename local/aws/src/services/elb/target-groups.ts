import { Agent } from 'node:http';
import type { Clock } from '../../clock.ts';
import { afterLook, type Health, type HealthSettings, type Look, NEW } from './target-health.ts';

/** Where a target is reached from this machine. */
export interface Address {
  host: string;
  port: number;
}

/** A target as ECS registers it. */
export interface TargetInfo {
  /** Its address in the VPC: what DescribeTargetHealth shows. */
  id: string;
  port: number;
  /** Undefined for one that is simulated, and therefore always healthy. */
  address?: Address | undefined;
}

/** A registered target. */
export interface Target extends TargetInfo {
  health: Health;
  /** Connections to it, which stay open between requests. */
  agent: Agent;
  /** Requests that it has not answered yet. */
  open: number;
}

interface Watched extends Target {
  end: AbortController;
  /** Called when a request has been answered. */
  onIdle?: () => void;
}

/** The shortest pause between two looks at a target, in seconds, however fast time passes here. */
const SHORTEST = 0.2;

/** How target groups are to be found and looked after. */
export interface TargetGroupsOptions {
  clock: Clock;
  /** Factor over the times of health checks. */
  pace: number;
  /** What the group's template says; undefined when there is no such group (any more). */
  settings(arn: string): HealthSettings | undefined;
}

/** The targets of all target groups, and how healthy they are. */
export class TargetGroups {
  readonly #options: TargetGroupsOptions;
  readonly #groups = new Map<string, Map<string, Watched>>();
  readonly #closing = new AbortController();

  constructor(options: TargetGroupsOptions) {
    this.#options = options;
  }

  /** Registers a target, and looks at its health from then on. */
  register(arn: string, info: TargetInfo): void {
    const agent = new Agent({ keepAlive: true });
    const target: Watched = { ...info, health: NEW, agent, open: 0, end: new AbortController() };
    this.#group(arn).set(keyOf(info), target);
    if (info.address === undefined) target.health = { state: 'healthy', good: 1, bad: 0 };
    else void this.#watch(arn, target, info.address);
  }

  /**
   * Takes a target out: no new request goes to it. Resolves when it has answered those that it has, or when the group's
   * deregistration delay is over.
   */
  async deregister(arn: string, info: Pick<TargetInfo, 'id' | 'port'>): Promise<void> {
    const target = this.#groups.get(arn)?.get(keyOf(info));
    if (!target || target.health.state === 'draining') return;
    const description = 'Target deregistration is in progress';
    target.health = { ...target.health, state: 'draining', reason: 'Target.DeregistrationInProgress', description };
    target.end.abort();
    const delay = this.#options.settings(arn)?.deregistrationDelay ?? 0;
    if (target.open > 0) await this.#untilIdle(target, delay);
    this.#groups.get(arn)?.delete(keyOf(info));
    target.agent.destroy();
  }

  /** All targets of a group, draining ones included. */
  targets(arn: string): readonly Target[] {
    return [...(this.#groups.get(arn)?.values() ?? [])];
  }

  /** Tells that a request to a target has begun; the function returned tells that it has ended. */
  begin(target: Target): () => void {
    target.open += 1;
    return () => {
      target.open -= 1;
      if (target.open === 0) (target as Watched).onIdle?.();
    };
  }

  close(): void {
    this.#closing.abort();
    for (const target of [...this.#groups.values()].flatMap(group => [...group.values()])) {
      target.end.abort();
      target.agent.destroy();
    }
  }

  #group(arn: string): Map<string, Watched> {
    const group = this.#groups.get(arn) ?? new Map<string, Watched>();
    this.#groups.set(arn, group);
    return group;
  }

  async #untilIdle(target: Watched, seconds: number): Promise<void> {
    const over = new AbortController();
    const idle = new Promise<void>(resolve => {
      target.onIdle = resolve;
    });
    const late = this.#options.clock
      .sleep(seconds, AbortSignal.any([over.signal, this.#closing.signal]))
      .catch(() => {});
    await Promise.race([idle, late]);
    over.abort();
  }

  async #watch(arn: string, target: Watched, address: Address): Promise<void> {
    const { clock, pace } = this.#options;
    const signal = AbortSignal.any([target.end.signal, this.#closing.signal]);
    while (!signal.aborted) {
      const settings = this.#options.settings(arn);
      if (!settings) return;
      const look = await lookAt(address, settings, signal);
      if (signal.aborted) return;
      target.health = afterLook(target.health, look, settings);
      // Rejects when the target is taken out, which the loop's condition sees.
      await clock.sleep(Math.max(settings.interval * pace, SHORTEST), signal).catch(() => {});
    }
  }
}

async function lookAt({ host, port }: Address, { path, timeout }: HealthSettings, signal: AbortSignal): Promise<Look> {
  const limit = AbortSignal.timeout(timeout * 1000);
  try {
    const response = await fetch(`http://${host}:${port}${path}`, {
      redirect: 'manual',
      headers: { 'user-agent': 'ELB-HealthChecker/2.0', connection: 'close' },
      signal: AbortSignal.any([signal, limit]),
    });
    await response.body?.cancel();
    return { status: response.status };
  } catch {
    return { failure: limit.aborted ? 'timeout' : 'unreachable' };
  }
}

function keyOf({ id, port }: Pick<TargetInfo, 'id' | 'port'>): string {
  return `${id}:${port}`;
}
