import { TransientError } from '../aws/transient-error.ts';
import { orAbort } from '../runner/cancellation.ts';
import type { Clock } from '../runner/clock.ts';
import { type Fault, UserFault } from '../runner/fault.ts';
import type { GrafanaControlPlane } from './control-plane.ts';

/** Accounts of ours bear this and when they were made, in seconds since the Unix epoch. */
const NAME = /^zap-obs-(\d{10})-[0-9a-f]{8}$/;

/** Seconds for which a token is good, should its account not be deleted. */
const TOKEN_LIFE = 600;
/** Milliseconds after which an account is a killed run's: its token has ended, and no run works so long on Grafana. */
const LEFTOVER_AGE = 15 * 60_000;
/** Milliseconds for taking an account away, which a cancelled job has not much time for. */
const REMOVAL = 20_000;

/** @param random in [0, 1) */
export function accountName(now: number, random: number): string {
  const tail = Math.floor(random * 2 ** 32).toString(16);
  return `zap-obs-${Math.floor(now / 1000)}-${tail.padStart(8, '0')}`;
}

/** Whether an account was left by a run of ours that was killed. */
export function isLeftover(name: string, now: number): boolean {
  const [, seconds] = NAME.exec(name) ?? [];
  return seconds !== undefined && now - Number(seconds) * 1000 > LEFTOVER_AGE;
}

export interface AccountOptions {
  control: GrafanaControlPlane;
  workspaceId: string;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  mask(secret: string): void;
  /** Keeps the account's name for the step's clean-up, before there is one; `undefined` takes it back. */
  keep(name: string | undefined): void;
  warn(fault: Fault): void;
}

/**
 * Does work with the token of a service account that is there for this work only: it is deleted however the work ends. What
 * killed runs have left is taken away first.
 */
export async function withAccount<T>(options: AccountOptions, work: (token: string) => Promise<T>): Promise<T> {
  const { control, workspaceId, clock, random, signal, mask, keep } = options;
  await removeLeftovers(options);
  const name = accountName(clock.now(), random());
  keep(name);
  let id: string | undefined;
  let isRefused = false;
  try {
    id = await orAbort(control.createAccount(workspaceId, name), signal);
    const token = await orAbort(control.createToken(workspaceId, id, name, TOKEN_LIFE), signal);
    mask(token);
    return await work(token);
  } catch (error) {
    // A call that was not answered may have made one all the same.
    isRefused = id === undefined && error instanceof UserFault && !(error instanceof TransientError);
    throw error;
  } finally {
    if (isRefused) keep(undefined);
    else await remove(name, id, options);
  }
}

/** Deletes the accounts of a name. @returns how many there were */
export async function removeAccountsNamed(
  name: string,
  workspaceId: string,
  control: Pick<GrafanaControlPlane, 'accounts' | 'deleteAccount'>,
): Promise<number> {
  const found = (await control.accounts(workspaceId)).filter(account => account.name === name);
  for (const { id } of found) await control.deleteAccount(workspaceId, id);
  return found.length;
}

async function removeLeftovers({ control, workspaceId, clock, signal }: AccountOptions): Promise<void> {
  const accounts = await orAbort(control.accounts(workspaceId), signal);
  for (const { id } of accounts.filter(({ name }) => isLeftover(name, clock.now())))
    await orAbort(control.deleteAccount(workspaceId, id), signal);
}

/** A cancelled run takes its account away all the same. One whose creation was not answered may still come to be. */
async function remove(name: string, id: string | undefined, options: AccountOptions): Promise<void> {
  const { control, workspaceId, keep, warn } = options;
  const removal = async () => {
    if (id === undefined) return await removeAccountsNamed(name, workspaceId, control);
    await control.deleteAccount(workspaceId, id);
    return 1;
  };
  const limit = AbortSignal.timeout(REMOVAL);
  try {
    const count = await orAbort(removal(), limit);
    if (count > 0) keep(undefined);
  } catch (error) {
    if (!(error instanceof UserFault) && !limit.aborted) throw error;
    const seen = error instanceof UserFault ? error.faults[0]?.seen : `no answer within ${REMOVAL / 1000} s`;
    warn({
      what: `The service account \`${name}\` of Grafana workspace \`${workspaceId}\` could not be deleted`,
      seen,
      fix: `Nothing has to be done: its token ends within ${TOKEN_LIFE / 60} minutes, and the next run that writes to Grafana deletes it`,
    });
  }
}
