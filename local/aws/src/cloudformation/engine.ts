import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults/injector.ts';
import type { ResourceCatalog } from '../resources/catalog.ts';
import type { Provider } from '../resources/provider.ts';
import { validationError } from '../wire/aws-error.ts';
import { Run } from './run.ts';
import type { Definition, Regions, ResourceState, Stack, StackOutput } from './state.ts';

/** What the engine needs of its surroundings. */
export interface EngineOptions {
  /** The stacks to work on; what others read from. */
  regions: Regions;
  account: string;
  clock: Clock;
  /** Factor over typical durations; 0 waits for nothing. */
  pace: number;
  catalog: ResourceCatalog;
  /** Resource types that are more than their schema. */
  providers: Readonly<Record<string, Provider>>;
  /** Provider of all other types. */
  generic: Provider;
  /** An SSM parameter's value; undefined when there is none. */
  readSsm(region: string, name: string): string | undefined;
  faults: Pick<Faults, 'onResource'>;
  /** A template by its S3 URL; throws AWS's ValidationError when it cannot be had. */
  readTemplateUrl(url: string): string;
}

/** A stack operation under way. */
interface Running {
  run: Run;
  done: Promise<void>;
}

/** CloudFormation's memory and its stack operations under way. */
export class Engine {
  readonly options: EngineOptions;
  readonly #running = new Map<string, Running>();
  readonly #former = new Map<string, { stack: Stack; until: string }>();
  readonly #closing = new AbortController();

  constructor(options: EngineOptions) {
    this.options = options;
  }

  get account(): string {
    return this.options.account;
  }

  get catalog(): ResourceCatalog {
    return this.options.catalog;
  }

  readSsm(region: string, name: string): string | undefined {
    return this.options.readSsm(region, name);
  }

  now(): string {
    return this.options.clock.now().toISOString();
  }

  stacks(region: string): Stack[] {
    this.options.regions[region] ??= [];
    return this.options.regions[region];
  }

  /** A stack by name (living ones only) or by id (deleted ones too). */
  find(region: string, nameOrId: string): Stack | undefined {
    const stacks = this.stacks(region);
    if (nameOrId.startsWith('arn:')) return stacks.find(stack => stack.id === nameOrId);
    return stacks.find(stack => stack.name === nameOrId && stack.status !== 'DELETE_COMPLETE');
  }

  /** A stack, by name or id, as it was before its last operation began, and when that was. */
  formerly(region: string, nameOrId: string): { stack: Stack; until: string } | undefined {
    return this.#former.get(nameOrId.startsWith('arn:') ? nameOrId : `${region}/${nameOrId}`);
  }

  /** Adds a stack that has nothing yet; its id is the same in every run that makes the same stacks in the same order. */
  addStack(region: string, name: string, definition: Definition, more: Partial<Stack> = {}): Stack {
    const stacks = this.stacks(region);
    const uuid = deterministicUuid(`${region}/${name}/${stacks.length}`);
    const stack: Stack = {
      id: `arn:aws:cloudformation:${region}:${this.account}:stack/${name}/${uuid}`,
      name,
      region,
      status: '',
      createdAt: this.now(),
      definition,
      resources: {},
      outputs: [],
      events: [],
      changeSets: [],
      imports: [],
      terminationProtection: false,
      disableRollback: false,
      ...more,
    };
    stacks.push(stack);
    return stack;
  }

  /**
   * Starts an operation: its first stack event is there when this returns, the rest follows. One operation at a time; an
   * earlier one that was told to stop is waited for.
   */
  start(
    stack: Stack,
    status: string,
    options: { reason?: string; token?: string | undefined },
    work: (run: Run) => Promise<void>,
  ): Promise<void> {
    const before = this.#running.get(stack.id)?.done;
    if (stack.status !== '') {
      const former = { stack: { ...stack }, until: this.now() };
      this.#former.set(stack.id, former).set(`${stack.region}/${stack.name}`, former);
    }
    const run = new Run(this, stack, options.token, this.#closing.signal);
    stack.token = options.token;
    if (!before) run.stackStatus(status, options.reason ?? 'User Initiated');
    else stack.status = status;
    const done = (async () => {
      if (before) {
        await before;
        run.stackStatus(status, options.reason ?? 'User Initiated');
      }
      await run.turn();
      await work(run);
    })()
      .catch((error: unknown) => {
        if (!this.#closing.signal.aborted) throw error;
      })
      .finally(() => {
        if (this.#running.get(stack.id)?.run === run) this.#running.delete(stack.id);
      });
    this.#running.set(stack.id, { run, done });
    return done;
  }

  /** Tells the stack's operation under way to stop; what it is busy with is cancelled. */
  cancel(stack: Stack, token?: string): void {
    this.#running.get(stack.id)?.run.cancel(token);
  }

  /** Something short that happens later, such as the making of a change set; `work` is not called after `close`. */
  later(seconds: number, work: () => void): void {
    const { clock, pace } = this.options;
    clock.sleep(seconds * pace, this.#closing.signal).then(work, (error: unknown) => {
      if (!this.#closing.signal.aborted) throw error;
    });
  }

  /** Stops all operations where they are and waits until they have. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the local AWS is closing'));
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  /** Exports of a region: an output with an export name, by name. */
  exports(region: string): { name: string; stack: Stack; output: StackOutput }[] {
    return this.stacks(region)
      .filter(stack => stack.status !== 'DELETE_COMPLETE')
      .flatMap(stack =>
        stack.outputs.flatMap(output => (output.exportName ? [{ name: output.exportName, stack, output }] : [])),
      );
  }

  exportedValue(region: string, name: string): string {
    const found = this.exports(region).find(exported => exported.name === name);
    if (!found) throw validationError(`No export named ${name} found.`);
    return found.output.value;
  }

  /** Names of the stacks that import an export. */
  importers(region: string, name: string): string[] {
    return this.stacks(region)
      .filter(stack => stack.status !== 'DELETE_COMPLETE' && stack.imports.includes(name))
      .map(stack => stack.name);
  }

  /** The stack with another living resource of this type that has this value in its naming property. */
  owner(
    region: string,
    type: string,
    name: { property: string; value: string },
    asker: { stack: Stack; logicalId: string },
  ): Stack | undefined {
    return this.stacks(region).find(stack =>
      Object.values(stack.resources).some(
        resource =>
          resource.type === type &&
          resource.properties[name.property] === name.value &&
          isLiving(resource) &&
          !(stack === asker.stack && resource.logicalId === asker.logicalId),
      ),
    );
  }
}

/** Whether a resource exists: not one whose creation failed before it had an id, and not one that is gone. */
export function isLiving(resource: ResourceState): boolean {
  return resource.physicalId !== '' && !/^(CREATE_FAILED|DELETE_COMPLETE|DELETE_SKIPPED)$/.test(resource.status);
}

/** The resources of a type that exist in the stacks of a region. */
export function livingResources(regions: Regions, region: string, type: string): ResourceState[] {
  return (regions[region] ?? []).flatMap(stack =>
    Object.values(stack.resources).filter(resource => resource.type === type && isLiving(resource)),
  );
}

/** A UUID that is always the same for the same text. */
export function deterministicUuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
