import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ASSUMED } from '../cost/assumptions.ts';
import { type MonthlyCost, monthlyCost } from '../cost/monthly-cost.ts';
import { PRICED, type Price } from '../cost/prices.ts';
import { blocks, code, folded, plain, table } from '../report/markdown.ts';
import type { PlannedParameter } from '../stacks/sources.ts';
import { parseTemplate, type Template, type TemplateParameter } from '../stacks/template.ts';
import { BOOTSTRAP_FILE, PREVIEW_FILE } from './least-privilege/bootstrap.ts';
import { fillSection } from './marked-sections.ts';
import { ROOT } from './repository.ts';
import { SHIPPED_PROFILES, shippedPlan } from './shipped-plan.ts';

const FILE = 'cloudformation/README.md';

/**
 * The README of the templates with the tables that derive from them.
 *
 * @param readme as it is: only what stands between its markers is replaced
 */
export function templatesReadme(readme: string): string {
  const sections = [
    ['costs', costs()],
    ['network', networkTable()],
    ...bootstrapSections(),
    ...stackSections(),
  ] as const;
  return sections.reduce((text, [name, content]) => fillSection(text, name, content, FILE), readme);
}

// --- Costs -------------------------------------------------------------------------------------------------------------

function costs(): string {
  const bills = [
    { title: 'default', cost: monthlyCost(shippedPlan(), PRICED.region) },
    ...SHIPPED_PROFILES.map(profile => ({
      title: code(profile),
      cost: monthlyCost(shippedPlan({ profile }), PRICED.region),
    })),
  ];
  const names = [...new Set(bills.flatMap(({ cost }) => cost.items.map(({ name }) => name)))];
  const rows = names.map(name => {
    const cells = bills.map(({ cost }) => cost.items.find(item => item.name === name));
    const item = cells.find(cell => cell !== undefined) as MonthlyCost['items'][number];
    return [
      item.title,
      `${item.unitPrice} ${PER[item.per]}`,
      ...cells.map(cell => (cell ? `${quantity(cell.quantity)} → ${dollars(cell.monthly)}` : '')),
    ];
  });
  const totals = ['**USD a month**', '', ...bills.map(({ cost }) => `**${dollars(cost.total)}**`)];
  const { region, on, hours, assumptions, notCounted } = (bills[0] as (typeof bills)[number]).cost.basis;
  return blocks(
    table(['Item', 'List price', ...bills.map(({ title }) => title)], [...rows, totals]),
    `An idle month of ${hours} hours at list prices of ${region}, looked up on ${on} in public documents that quote AWS's price list. Assumed: ${assumptions.join('; ')}. Not counted: ${notCounted}.`,
    intervalSentence(),
  );
}

const PER: Readonly<Record<Price['per'], string>> = {
  hour: 'an hour',
  month: 'a month',
  GB: 'a GB',
  '10 million samples': 'for 10 million',
};

/** What a task's metrics cost by the interval, computed as in the table. */
function intervalSentence(): string {
  const samplesCost = (milliseconds: number) => {
    const values = { EnableAutoscaling: 'false', DesiredCount: '1', MetricInterval: String(milliseconds) };
    const { items } = monthlyCost(shippedPlan({ values }), PRICED.region);
    return dollars(items.find(({ name }) => name === 'metric-samples')?.monthly ?? 0);
  };
  const usual = Number(
    parametersOf('ecs-app').find(({ declaration: { name } }) => name === 'MetricInterval')?.declaration.default,
  );
  const minute = 60_000;
  return `Prometheus bills by the value. With ${ASSUMED.seriesPerTask} series a task, \`MetricInterval\` at ${usual / 1000} s costs ${samplesCost(usual)} USD a task and month, at ${minute / 1000} s ${samplesCost(minute)}: the shorter one shows a fault sooner.`;
}

function dollars(usd: number): string {
  return usd.toFixed(2);
}

function quantity(number: number): string {
  return String(Math.round(number * 100) / 100);
}

// --- Roles for GitHub Actions ------------------------------------------------------------------------------------------

const BOOTSTRAPS = { bootstrap: BOOTSTRAP_FILE, preview: PREVIEW_FILE };

function bootstrapSections(): [name: string, content: string][] {
  const templates = Object.entries(BOOTSTRAPS).map(([name, file]) => [name, templateIn(file)] as const);
  const rows = templates.flatMap(([, { value }]) =>
    Object.entries(rawSection(value.Outputs)).flatMap(([name, { Description }]) => {
      const [, variable, meaning] = /^Set as (AWS_\w+), which is (.*)$/.exec(String(Description)) ?? [];
      return variable === undefined ? [] : [[code(variable), code(name), plain(meaning ?? '')]];
    }),
  );
  return [
    ['bootstrap-variables', table(['Variable', 'Output', 'What it is'], rows)],
    ...templates.map(([name, template]): [string, string] => [name, parametersSection(template)]),
  ];
}

function parametersSection({ value, parameters }: Template): string {
  const described = Object.values(parameters).map(declaration => {
    const { Description } = rawSection(value.Parameters)[declaration.name] ?? {};
    return [code(declaration.name), plain(String(Description)), fallback(declaration), accepted(declaration)];
  });
  return folded(`${described.length} parameters`, table(['Parameter', 'What it is', 'Default', 'Accepted'], described));
}

function templateIn(file: string): Template {
  const result = parseTemplate(readFileSync(join(ROOT, file), 'utf8'), file);
  if ('faults' in result) throw new Error(JSON.stringify(result.faults));
  return result.template;
}

// --- Parameters and outputs --------------------------------------------------------------------------------------------

function stackSections(): [name: string, content: string][] {
  return shippedPlan().stacks.map(({ shortName, template }) => {
    const parameters = parametersOf(shortName);
    const outputs = rawSection(template.value.Outputs);
    return [
      shortName,
      blocks(
        folded(
          `${parameters.length} parameters`,
          table(
            ['Parameter', 'What it is', 'Default', 'Accepted'],
            parameters.map(parameter => {
              const { declaration } = parameter;
              const { name } = declaration;
              const { Description } = rawSection(template.value.Parameters)[name] ?? {};
              return [code(name), plain(String(Description)), defaultOf(parameter), accepted(declaration)];
            }),
          ),
        ),
        folded(
          `${Object.keys(outputs).length} outputs`,
          table(
            ['Output', 'What it is'],
            Object.entries(outputs).map(([name, { Description }]) => [code(name), plain(String(Description))]),
          ),
        ),
      ),
    ];
  });
}

/** What the application stack takes from the stack of the network. */
function networkTable(): string {
  const outputs = rawSection(
    shippedPlan().stacks.find(({ shortName }) => shortName === 'vpc-alb')?.template.value.Outputs,
  );
  const taken = parametersOf('ecs-app').filter(({ source }) => source.kind === 'output' && source.stack === 'vpc-alb');
  return table(
    ['Parameter of `ecs-app`', 'What it is', 'Default'],
    taken.map(({ declaration: { name, default: fallback } }) => [
      code(name),
      plain(String(outputs[name]?.Description)),
      code(fallback ?? ''),
    ]),
  );
}

/** The parameters of a stack, with where their values come from when nothing is said. */
function parametersOf(stack: string): readonly PlannedParameter[] {
  return shippedPlan().stacks.find(({ shortName }) => shortName === stack)?.parameters ?? [];
}

function rawSection(section: unknown): Record<string, Record<string, unknown>> {
  return (section ?? {}) as Record<string, Record<string, unknown>>;
}

function defaultOf({ declaration, source }: PlannedParameter): string {
  if (source.kind === 'output') return `output of \`${source.stack}\``;
  return source.kind === 'lookup' ? 'looked up' : fallback(declaration);
}

function fallback({ default: value }: TemplateParameter): string {
  if (value === undefined) return '*required*';
  return value === '' ? 'empty' : code(value);
}

function accepted({
  type,
  allowedValues,
  minValue,
  maxValue,
  constraintDescription,
  allowedPattern,
}: TemplateParameter): string {
  if (allowedValues) return allowedValues.map(code).join(', ');
  if (constraintDescription !== undefined) return plain(constraintDescription.replace(/^must be /, ''));
  if (minValue !== undefined && maxValue !== undefined) return `${minValue} to ${maxValue}`;
  if (allowedPattern !== undefined) return `matches ${code(allowedPattern)}`;
  return code(type);
}
