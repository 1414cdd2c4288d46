import { expect, it } from 'vitest';
import { DEMO_IMAGES } from '../../tooling/demo-inputs.ts';
import { scenarios } from '../../tooling/scenario.ts';
import { action as deploy } from './run.ts';

const { run } = scenarios();

const BOUNDARY = 'arn:aws:iam::111111111111:policy/bootstrap/bound';
const TOPIC = 'Resources: { T: { Type: "AWS::SNS::Topic" } }\n';
const own = (inputs: Record<string, string> = {}) => ({
  'stack-prefix': 'bad',
  'stacks-file': 'stacks.yaml',
  ...inputs,
});
const one = (template: string) => ({ 'stacks.yaml': 'stacks:\n  one: { template: one.yaml }\n', 'one.yaml': template });
const NAMED = `Parameters: { Name: { Type: String } }\n${TOPIC}`;

/** What a user gets wrong, and the one message that says what, where, what was seen and what to do. */
it.each<[string, Record<string, string>, Record<string, string>, string]>([
  [
    'a bad prefix',
    { 'stack-prefix': '1shop' },
    {},
    'Input `stack-prefix` is not accepted. Seen: `1shop`. Give a letter, then up to 99 letters, digits and hyphens',
  ],
  [
    'a region that is none',
    { 'aws-region': 'Frankfurt' },
    {},
    'Input `aws-region` is not accepted. Seen: `Frankfurt`. Give a region such as `eu-central-1`',
  ],
  [
    'an image by tag',
    { 'image-uri': 'shop/app:latest' },
    {},
    'Input `image-uri` is not accepted. Seen: `shop/app:latest`. Give an image by digest',
  ],
  [
    'an image that no template wants',
    own({ 'image-uri': DEMO_IMAGES['image-uri'] }),
    one(TOPIC),
    'Input `image-uri` sets parameter `ImageUri`, which no template has',
  ],
  [
    'an image given twice',
    { ...DEMO_IMAGES, parameters: `ImageUri: ${DEMO_IMAGES['image-uri']}` },
    {},
    'Inputs `image-uri` and `parameters` both set parameter `ImageUri`. Remove one of them.',
  ],
  [
    'a boundary for roles of templates that cannot take it',
    own({ 'permissions-boundary': BOUNDARY }),
    one('Resources: { R: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: {} } } }\n'),
    'Input `permissions-boundary` sets parameter `PermissionsBoundary`, which no template has',
  ],
  [
    'a boundary that is none',
    { 'permissions-boundary': 'AdministratorAccess' },
    {},
    'Input `permissions-boundary` is not accepted. Seen: `AdministratorAccess`. Give the ARN of a managed policy',
  ],
  [
    'a boundary given twice',
    { ...DEMO_IMAGES, 'permissions-boundary': BOUNDARY, parameters: `ecs-app.PermissionsBoundary: ${BOUNDARY}` },
    {},
    'Inputs `permissions-boundary` and `parameters` both set parameter `PermissionsBoundary`. Remove one of them.',
  ],
  [
    'no image',
    {},
    {},
    'Parameter `ImageUri` of stack `ecs-app` has no value. Seen: no input, no entry in the stacks file, no earlier output, no default, no deployed value. Give input `image-uri`.',
  ],
  [
    'an unknown parameter',
    own({ parameters: 'Nmae: x' }),
    one(NAMED),
    'Input `parameters` sets parameter `Nmae`, which no template has. Did you mean `Name`?',
  ],
  ['a missing value', own(), one(NAMED), 'one.yaml:1:15: Parameter `Name` of stack `one` has no value'],
  [
    'parameters that are no map',
    own({ parameters: 'Name=x' }),
    one(NAMED),
    'Input `parameters` is not accepted. Seen: text that is no mapping. Write one `Name: value` a line',
  ],
  [
    'a missing stacks file',
    own({ 'stacks-file': 'nowhere.yaml' }),
    {},
    'Stacks file `nowhere.yaml` cannot be read. Seen: no such file. Check input `stacks-file`',
  ],
  ['a broken stacks file', own(), { 'stacks.yaml': 'stacks: [\n' }, 'stacks.yaml:2:1: Broken YAML'],
  [
    'a missing template',
    own(),
    { 'stacks.yaml': 'stacks:\n  one: { template: gone.yaml }\n' },
    'stacks.yaml:2:3: Template `gone.yaml` cannot be read. Seen: no such file. Its path is relative to the stacks file.',
  ],
  ['a broken template', own(), one('Resources:\n  T: {\n'), 'one.yaml:3:1: Broken template'],
  [
    'an oversized template',
    own(),
    one(`${TOPIC}# ${'x'.repeat(51_200)}`),
    'one.yaml: The template is larger than the 51,200 bytes of a request. Seen: 51,248 bytes. Name a bucket in input `template-bucket`',
  ],
  [
    'a cycle',
    own(),
    {
      ...one(TOPIC),
      'stacks.yaml':
        'stacks:\n  a: { template: one.yaml, depends-on: [b] }\n  b: { template: one.yaml, depends-on: [a] }\n',
    },
    'stacks.yaml:2:3: The stacks depend on each other in a circle: a → b → a',
  ],
  [
    'a bad duration',
    { timeout: '60' },
    {},
    'Input `timeout` is not accepted. Seen: `60`. Give a duration such as `90s`, `30m` or `2h`.',
  ],
  [
    'a bucket that is not there',
    own({ 'template-bucket': 'no-such-bucket' }),
    one(`${TOPIC}# ${'x'.repeat(51_200)}`),
    'Bucket `no-such-bucket` does not exist. Check input `template-bucket`',
  ],
])('%s is one clear error, and nothing is written', async (_, inputs, files, message) => {
  const { code, host, writes } = await run(deploy, inputs, files);
  const errors = host.log.filter(line => line.startsWith('[error'));
  expect(errors.join('\n')).toContain(message);
  expect(errors).toHaveLength(message.includes('`ImageUri` of stack') ? 2 : 1);
  expect(errors.join('\n')).not.toContain('bug');
  expect([code, writes.filter(call => call !== 's3:PutObject')]).toEqual([1, []]);
});

it('several faults are all shown at once', async () => {
  const { host } = await run(deploy, { 'stack-prefix': '-', 'max-parallel': '0', 'dry-run': 'maybe' });
  expect(host.log.filter(line => line.startsWith('[error'))).toHaveLength(3);
});

it.each([
  ['expired credentials', 'ASIAEXPIREDEXAMPLE00', 'The AWS credentials have expired, so `'],
  ['unknown credentials', 'AKIAINVALIDEXAMPLE00', 'AWS does not accept the credentials (InvalidClientTokenId)'],
])('%s are named as such, and nothing is written', async (_, key, message) => {
  const before = process.env.AWS_ACCESS_KEY_ID;
  process.env.AWS_ACCESS_KEY_ID = key;
  try {
    const { code, host, writes } = await run(deploy, own(), one(TOPIC));
    expect(host.log.join('\n')).toContain(message);
    expect([code, writes]).toEqual([1, []]);
  } finally {
    process.env.AWS_ACCESS_KEY_ID = before;
  }
});
