import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { spec } from '../actions/deploy/spec.ts';
import { makePlan, type Plan } from '../stacks/plan.ts';
import { reachability } from '../stacks/reachability/reachability.ts';
import { parseStacksFile } from '../stacks/stacks-file.ts';
import { parseTemplate } from '../stacks/template.ts';
import { DEMO_IMAGES } from './demo-inputs.ts';
import { ROOT } from './repository.ts';
import { SHIPPED_PROFILES, shippedPlan, shippedProfile } from './shipped-plan.ts';

const FOLDER = join(ROOT, 'cloudformation');
/** That of the demo's images. */
const REGION = 'us-east-1';
const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');

/** The YAML blocks, each with the path in its first line. */
const blocks = [...readme.matchAll(/^```yaml\n(?:# (\S+?)(?:, .*)?\n)?([\s\S]*?)^```$/gm)].map(
  ([, path = '', text = '']) => ({ path, text }),
);
const [workflowStep, ownNetwork, ownService, workerTemplate, job] = blocks as [Block, Block, Block, Block, Block];
type Block = (typeof blocks)[number];

/** The plan of a stacks file of the README, with templates of the README and of zap-obs, as if they were copied beside it. */
function planOf({ path, text }: Block, values: Record<string, string> = {}, profile?: string): Plan {
  const entries = parseStacksFile(text, path);
  const templates = entries.map(({ shortName, template }) => {
    const own = blocks.find(block => block.path === `deploy/${template}`);
    const result = parseTemplate(own?.text ?? readFileSync(join(FOLDER, template), 'utf8'), template);
    if ('faults' in result) throw new Error(JSON.stringify(result.faults));
    return [shortName, result.template] as const;
  });
  const images = { ImageUri: DEMO_IMAGES['image-uri'], CollectorImageUri: DEMO_IMAGES['collector-image-uri'] };
  return makePlan({
    prefix: 'p',
    entries,
    templates: new Map(templates),
    values: new Map(
      Object.entries({ ...images, ...values }).map(([name, value]) => [name, { value, origin: 'parameters' }]),
    ),
    profile: profile === undefined ? undefined : shippedProfile(profile),
    only: [],
    tags: {},
    hasTemplateBucket: false,
    region: REGION,
  });
}

const blocked = (plan: Plan) => reachability(plan, { region: REGION }).filter(({ verdict }) => verdict === 'blocked');
/** `stack.Parameter` of what nothing gives a value. */
const missing = (plan: Plan) =>
  plan.stacks.flatMap(({ shortName, parameters }) =>
    parameters.flatMap(({ declaration, source }) =>
      source.kind === 'deployed' ? [`${shortName}.${declaration.name}`] : [],
    ),
  );

describe('the YAML in cloudformation/README.md', () => {
  it('is all looked at here', () => {
    expect(blocks.map(({ path }) => path)).toEqual([
      '.github/workflows/deploy.yaml',
      'deploy/stacks.yaml',
      'deploy/stacks.yaml',
      'deploy/worker-template.yaml',
      '.github/workflows/deploy.yaml',
    ]);
  });

  it('gives a job the roles of the bootstrap, by the variables that hold them', () => {
    const { environment, permissions, steps } = parse(job.text);
    expect([environment, permissions['id-token']]).toEqual(['production', 'write']);
    const { uses, with: inputs } = steps[0];
    expect(uses).toBe('org/zap-obs/deploy@v1');
    expect(Object.keys(inputs).filter(name => !Object.hasOwn(spec.inputs, name))).toEqual([]);
    for (const { template } of shippedPlan().stacks) expect(template.parameters).toHaveProperty('PermissionsBoundary');
    const variables = [...job.text.matchAll(/vars\.(\w+)/g)].map(([, name]) => name);
    expect(variables).toHaveLength(3);
    for (const name of variables) expect(readme).toContain(`\n| \`${name}\` | `);
  });

  it('gives the action inputs that it has, with values that the templates take', () => {
    const [{ uses, with: inputs }] = parse(workflowStep.text);
    expect(uses).toBe('org/zap-obs/deploy@v1');
    expect(Object.keys(inputs).filter(name => !Object.hasOwn(spec.inputs, name))).toEqual([]);
    const values = Object.entries(parse(inputs.parameters)).map(([name, value]) => [name, String(value)]);
    expect(() => shippedPlan({ profile: inputs.profile, values: Object.fromEntries(values) })).not.toThrow();
  });

  it('deploys into a VPC of one’s own without the network stack', () => {
    const plan = planOf(ownNetwork);
    expect(plan.stacks.map(({ shortName }) => shortName)).toEqual(['monitoring', 'ecs-app']);
    expect(missing(plan)).toEqual([]);
    expect(blocked(plan)).toEqual([]);
  });

  it.each(SHIPPED_PROFILES)(
    'deploys into it with profile %s, of which what the network would take is left out',
    profile => {
      const plan = planOf(ownNetwork, {}, profile);
      expect(plan.passedOver?.names).toContain('EndpointPlacement');
      const sources = plan.stacks.flatMap(({ parameters }) => parameters.map(({ source }) => source.kind));
      expect(sources).toContain('profile');
      expect(readme).toContain('What a profile of zap-obs names and no template has is left out');
    },
  );

  it('adds a service of one’s own, which reaches what it needs', () => {
    expect(workerTemplate.text).toContain('AWS::ECS::Service');
    const plan = planOf(ownService, { 'worker.ExecutionRoleArn': 'arn:aws:iam::111122223333:role/worker' });
    expect(plan.stacks.at(-1)?.shortName).toBe('worker');
    expect([...(plan.dependencies.get('worker') ?? [])].sort()).toEqual(['ecs-app', 'monitoring', 'vpc-alb']);
    expect(missing(plan)).toEqual([]);
    expect(blocked(plan)).toEqual([]);
    const worker = reachability(plan, { region: REGION }).filter(({ service }) => service === 'worker.Service');
    expect(worker.filter(({ verdict }) => verdict === 'reachable').length).toBeGreaterThanOrEqual(3);
  });
});

describe('the rest of cloudformation/README.md', () => {
  it('has a column of costs for every profile', () => {
    const head = readme.split('\n').find(line => line.startsWith('| Item | List price'));
    expect(head).toBe(`| Item | List price | default | ${SHIPPED_PROFILES.map(name => `\`${name}\``).join(' | ')} |`);
  });

  it('describes every parameter and output of every template', () => {
    for (const { template } of shippedPlan().stacks) {
      for (const name of [...Object.keys(template.parameters), ...template.outputs])
        expect(readme, name).toContain(`\n| \`${name}\` | `);
    }
  });

  it.each(['light', 'dark'])(
    'draws, in %s, every endpoint that is always there, from nothing but the file itself',
    mode => {
      const svg = readFileSync(join(FOLDER, 'images', `architecture-${mode}.svg`), 'utf8');
      const [network] = shippedPlan().stacks;
      const resources = Object.values((network?.template.value.Resources ?? {}) as Record<string, Resource>);
      const services = resources
        .filter(({ Type, Condition }) => Type === 'AWS::EC2::VPCEndpoint' && Condition === undefined)
        .map(({ Properties }) => Properties.ServiceName['Fn::Sub'].replace('com.amazonaws.${AWS::Region}.', ''));
      expect(services.length).toBeGreaterThan(0);
      for (const service of services)
        expect(svg).toMatch(new RegExp(`>${service.replaceAll('.', '\\.')}(?: \\(gateway\\))?<`));
      expect(readme).toContain(`images/architecture-${mode}.svg`);
      const outside = [...svg.matchAll(/(?:href=|url\((?!#)|https?:)[^"')]*/g)].map(([match]) => match);
      expect(outside).toEqual(['http://www.w3.org/2000/svg']);
    },
  );
});

interface Resource {
  Type: string;
  Condition?: string;
  Properties: { ServiceName: { 'Fn::Sub': string } };
}
