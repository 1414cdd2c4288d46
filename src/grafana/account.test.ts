import { expect, it } from 'vitest';
import { TransientError } from '../aws/transient-error.ts';
import { Cancelled } from '../runner/cancellation.ts';
import { type Fault, UserFault } from '../runner/fault.ts';
import { accountName, isLeftover, withAccount } from './account.ts';
import type { GrafanaControlPlane, ServiceAccount } from './control-plane.ts';

const NOW = 1_800_000_000_000;

/** A control plane in memory; `more` replaces calls. */
function world(more: Partial<GrafanaControlPlane> = {}) {
  const accounts: ServiceAccount[] = [];
  const kept: (string | undefined)[] = [];
  const secrets: string[] = [];
  const warnings: Fault[] = [];
  const controller = new AbortController();
  const control: GrafanaControlPlane = {
    describe: () => Promise.reject(new Error('not asked here')),
    tag: () => Promise.reject(new Error('not asked here')),
    accounts: async () => [...accounts],
    createAccount: async (_, name) => {
      accounts.push({ id: `id of ${name}`, name });
      return `id of ${name}`;
    },
    createToken: async () => 'glsa_secret',
    deleteAccount: async (_, id) => {
      accounts.splice(0, accounts.length, ...accounts.filter(account => account.id !== id));
    },
    ...more,
  };
  const options = {
    control,
    workspaceId: 'g-0',
    clock: { now: () => NOW, sleep: async () => {} },
    random: () => 0.5,
    signal: controller.signal,
    mask: (secret: string) => void secrets.push(secret),
    keep: (name: string | undefined) => void kept.push(name),
    warn: (fault: Fault) => void warnings.push(fault),
  };
  return {
    accounts,
    kept,
    secrets,
    warnings,
    control,
    options,
    cancel: () => controller.abort(new Cancelled('SIGTERM')),
  };
}

const NAME = 'zap-obs-1800000000-80000000';

it('an account is there while the work is done, and its token is masked before', async () => {
  const { accounts, kept, secrets, warnings, options } = world();
  const seen = await withAccount(options, async token => [
    token,
    [...secrets],
    accounts.map(({ name }) => name),
    [...kept],
  ]);
  expect(seen).toEqual(['glsa_secret', ['glsa_secret'], [NAME], [NAME]]);
  expect([accounts, kept, warnings]).toEqual([[], [NAME, undefined], []]);
});

it.each<[string, (one: ReturnType<typeof world>) => Promise<never>]>([
  ['work that fails', () => Promise.reject(new Error('oh'))],
  [
    'work that is cancelled',
    async ({ cancel, options }) => {
      cancel();
      throw options.signal.reason;
    },
  ],
])('%s leaves no account', async (_, work) => {
  const one = world();
  await expect(withAccount(one.options, () => work(one))).rejects.toThrow();
  expect([one.accounts, one.kept.at(-1)]).toEqual([[], undefined]);
});

it('a token that is refused leaves no account', async () => {
  const { accounts, kept, options } = world({ createToken: () => Promise.reject(new UserFault({ what: 'no' })) });
  await expect(withAccount(options, async () => {})).rejects.toThrow('no');
  expect([accounts, kept]).toEqual([[], [NAME, undefined]]);
});

it('an account that is refused has not come to be, and nothing is deleted', async () => {
  const { kept, options } = world({
    createAccount: () => Promise.reject(new UserFault({ what: 'not allowed' })),
    deleteAccount: () => Promise.reject(new Error('nothing to delete')),
  });
  await expect(withAccount(options, async () => {})).rejects.toThrow('not allowed');
  expect(kept).toEqual([NAME, undefined]);
});

it('an account whose creation was not answered is looked for by its name, and deleted', async () => {
  const one = world();
  const { createAccount } = one.control;
  one.control.createAccount = async (id, name) => {
    await createAccount(id, name);
    throw new TransientError({ what: 'no answer' });
  };
  await expect(withAccount(one.options, async () => {})).rejects.toThrow('no answer');
  expect([one.accounts, one.kept]).toEqual([[], [NAME, undefined]]);
});

it('an account whose creation was cancelled stays noted while it may still come to be', async () => {
  const one = world();
  one.control.createAccount = () => {
    one.cancel();
    return new Promise(() => {});
  };
  await expect(withAccount(one.options, async () => {})).rejects.toThrow('cancelled');
  expect(one.kept).toEqual([NAME]);
});

it('one that cannot be deleted is told of, noted, and hides neither result nor failure', async () => {
  const refused = { deleteAccount: () => Promise.reject(new UserFault({ what: 'x', seen: 'not you' })) };
  const good = world(refused);
  expect(await withAccount(good.options, async () => 'done')).toBe('done');
  expect(good.kept).toEqual([NAME]);
  expect(good.warnings).toEqual([
    expect.objectContaining({
      what: expect.stringContaining(NAME),
      seen: 'not you',
      fix: expect.stringContaining('10 minutes'),
    }),
  ]);
  const bad = world(refused);
  await expect(withAccount(bad.options, () => Promise.reject(new Error('first')))).rejects.toThrow('first');
});

it('what killed runs have left is deleted first, and nothing else', async () => {
  const { accounts, options } = world();
  const made = (ago: number) => ({ id: `${ago}`, name: accountName(NOW - ago * 60_000, 0.1) });
  const others = [
    made(5),
    { id: 'o', name: 'zap-obs-mine' },
    { id: 'p', name: 'terraform' },
    { id: 'q', name: 'zap-obs-1234567890-short' },
  ];
  accounts.push(made(16), ...others, made(60 * 24 * 365));
  const during = await withAccount(options, async () => accounts.map(({ id }) => id));
  expect(during).toEqual([...others.map(({ id }) => id), `id of ${NAME}`]);
  expect(accounts).toEqual(others);
});

it('names tell their age, whatever chance says', () => {
  for (const random of [0, 0.000_001, 0.999_999_999]) {
    expect(isLeftover(accountName(NOW, random), NOW + 15 * 60_000)).toBe(false);
    expect(isLeftover(accountName(NOW, random), NOW + 15 * 60_000 + 1000)).toBe(true);
  }
});
