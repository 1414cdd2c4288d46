import { describe, expect, it } from 'vitest';
import { DEMO_IMAGES } from '../../tooling/demo-inputs.ts';
import { scenarios } from '../../tooling/scenario.ts';
import { action as deploy } from './run.ts';

const { run } = scenarios();

const PARAMETERS = 'Parameters: { A: { Type: String, Default: d }, B: { Type: String, Default: d } }\n';
const TEMPLATE = `${PARAMETERS}Resources: { T: { Type: "AWS::SNS::Topic" } }
Outputs: { A1: { Value: !Ref A }, B1: { Value: !Ref B }, Threaded: { Value: threaded } }\n`;
const SECOND = TEMPLATE.replace('Parameters: {', 'Parameters: { Threaded: { Type: String, Default: d },').replace(
  'Threaded: { Value: threaded }',
  'T1: { Value: !Ref Threaded }',
);
const FILES = {
  'stacks.yaml':
    'stacks:\n  one: { template: one.yaml, parameters: { A: file, B: file } }\n  two: { template: two.yaml }\n',
  'one.yaml': TEMPLATE,
  'two.yaml': SECOND,
};
const own = (prefix: string, inputs: Record<string, string>) => ({
  'stack-prefix': prefix,
  'stacks-file': 'stacks.yaml',
  ...inputs,
});

describe('a profile', () => {
  it.each<[string, string, string, Record<string, Record<string, string>>]>([
    ['file', '# nothing\n', '', { one: { A1: 'file', B1: 'file' }, two: { A1: 'd', T1: 'threaded' } }],
    ['all', 'A: p\nThreaded: p\n', '', { one: { A1: 'p', B1: 'file' }, two: { A1: 'p', B1: 'd', T1: 'p' } }],
    ['short', 'A: p\none.A: short\n', '', { one: { A1: 'short' }, two: { A1: 'p' } }],
    ['order', 'one.A: short\nA: p\n', '', { one: { A1: 'short' }, two: { A1: 'p' } }],
    // The input wins as a whole: its `A` over the profile's `one.A`.
    ['input', 'one.A: short\nB: p\n', 'A: i', { one: { A1: 'i', B1: 'p' }, two: { A1: 'i', B1: 'p' } }],
    ['input-short', 'A: p\n', 'one.A: i', { one: { A1: 'i' }, two: { A1: 'p' } }],
  ])('%s: stands between the input `parameters` and the stacks file', async (name, profile, parameters, outputs) => {
    const inputs = own(name, { profile: './profile.yaml', parameters });
    const { code, host } = await run(deploy, inputs, { ...FILES, 'profile.yaml': profile });
    expect(host.log.filter(line => line.startsWith('['))).toEqual([]);
    expect(code).toBe(0);
    expect(JSON.parse(host.outputs.outputs ?? '')).toMatchObject(outputs);
  });

  it('is named by the plan, and wins over nothing when an image has its own input', async () => {
    const inputs = { 'stack-prefix': 'named', profile: 'images.json', 'dry-run': 'true', ...DEMO_IMAGES };
    const profile = JSON.stringify({ ImageUri: 'profile', LogRetentionDays: 7, 'vpc-alb.LogRetentionDays': 14 });
    const { code, host } = await run(deploy, inputs, { 'images.json': profile });
    const log = host.log.join('\n');
    expect(code).toBe(0);
    expect(log).toMatch(/^ +LogRetentionDays +profile images\.json: 14$/m);
    expect(log).toMatch(/^ +LogRetentionDays +profile images\.json: 7$/m);
    expect(log).toMatch(/^ +ImageUri +input image-uri: /m);
  });

  it('hides what a template declares NoEcho', async () => {
    const files = {
      'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n',
      'one.yaml': 'Parameters: { A: { Type: String, NoEcho: true } }\nResources: { T: { Type: "AWS::SNS::Topic" } }\n',
      'profile.yaml': 'A: a-secret\n',
    };
    const { code, host } = await run(deploy, own('hidden', { profile: 'profile.yaml' }), files);
    expect(code).toBe(0);
    host.line('a-secret');
    expect(host.log.at(-1)).toBe('***');
    expect(host.log.join('\n') + host.summaryText).not.toContain('a-secret');
  });
});

describe('a profile of zap-obs', () => {
  const some = {
    'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n',
    'one.yaml':
      'Parameters: { Cpu: { Type: String }, LogRetentionDays: { Type: String, Default: "" } }\nResources: { T: { Type: "AWS::SNS::Topic" } }\nOutputs: { C: { Value: !Ref Cpu } }\n',
  };

  it('is used as far as the templates have what it names, and the log tells the rest in a line', async () => {
    const { code, host } = await run(deploy, own('part', { profile: 'lean' }), some);
    expect(code).toBe(0);
    expect(JSON.parse(host.outputs.outputs ?? '')).toEqual({ one: { C: '256' } });
    expect(
      host.log
        .join('\n')
        .split('\n')
        .filter(line => line.startsWith('profile')),
    ).toEqual([
      'profile lean: EndpointPlacement, EnableGrafana, DesiredCount, EnableAutoscaling, Memory, ContainerInsights of no template here are left out',
    ]);
  });

  it('says nothing where the templates have all of it', async () => {
    const { host } = await run(deploy, { 'stack-prefix': 'whole', profile: 'lean', 'dry-run': 'true', ...DEMO_IMAGES });
    expect(host.log.join('\n')).not.toContain('left out');
  });

  it('is an error where they have none of it', async () => {
    const files = { ...some, 'one.yaml': TEMPLATE };
    const { code, host, calls } = await run(deploy, own('none', { profile: 'lean' }), files);
    expect([code, calls]).toEqual([1, []]);
    expect(host.log).toEqual([
      '[error: deploy failed] Profile `lean` sets parameters of the templates of zap-obs, and none of these templates has any of them. Remove input `profile`, or name a file of yours in it.',
    ]);
  });

  it('that is copied is one of yours, and checked as such', async () => {
    const { code, host } = await run(deploy, own('copy', { profile: './lean.yaml' }), {
      ...some,
      'lean.yaml': 'Cpu: 256\nMemory: 512\n',
    });
    expect([code, host.log.join('\n')]).toEqual([1, expect.stringContaining('`Memory`, which no template has')]);
  });
});

describe('a profile that is wrong is one clear error, and nothing is written', () => {
  const files = { 'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n', 'one.yaml': TEMPLATE };
  it.each<[string, string, string]>([
    [
      'leen',
      '',
      'There is no profile `leen`. Seen: input `profile`; zap-obs brings `lean` and `production`. Did you mean `lean`? A file of yours is given by its path, such as `./leen.yaml`.',
    ],
    ['staging', '', 'Use one of `lean`, `production`. A file of yours is given by its path, such as `./staging.yaml`.'],
    ['__proto__', '', 'Use one of `lean`, `production`. A file of yours'],
    ['nowhere.yaml', '', 'Profile `nowhere.yaml` cannot be read. Seen: no such file. Check input `profile`'],
    ['p.yaml', 'A: {', 'p.yaml:1:'],
    [
      'p.yaml',
      'A: 1\nBB: 2\n',
      'p.yaml:2:1: Profile `p.yaml` sets parameter `BB`, which no template has. Did you mean `B`?',
    ],
    [
      'p.yaml',
      'one.C: 2\n',
      'p.yaml:1:1: Profile `p.yaml` sets parameter `C`, which the template of `one` does not have. Use one of `A`, `B`.',
    ],
    [
      'p.yaml',
      'ono.A: 2\n',
      'p.yaml:1:1: Profile `p.yaml` sets a parameter of a stack that is not in the stacks file. Seen: `ono.A`. Did you mean `one`?',
    ],
  ])('%s %j', async (profile, text, message) => {
    const { code, host, writes } = await run(deploy, own('wrong', { profile }), { ...files, 'p.yaml': text });
    const errors = host.log.filter(line => line.startsWith('[error'));
    expect(errors.join('\n')).toContain(message);
    expect([code, errors.length, writes]).toEqual([1, 1, []]);
  });

  it('a value that the template refuses is shown where it stands', async () => {
    const inputs = { 'stack-prefix': 'refused', ...DEMO_IMAGES, profile: 'p.yaml' };
    const { code, host, writes } = await run(deploy, inputs, { 'p.yaml': '# ours\nZoneCount: 4\n' });
    expect(host.log.join('\n')).toContain(
      'p.yaml:2:1: The template cloudformation/0-vpc-alb-template.yaml refuses this value of parameter `ZoneCount` (profile `p.yaml`). Seen: `4`.',
    );
    expect([code, writes]).toEqual([1, []]);
  });
});
