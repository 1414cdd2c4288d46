import { markdownTable } from 'markdown-table';
import { Document } from 'yaml';
import { spec as buildPush } from '../actions/build-push/spec.ts';
import { spec as deploy } from '../actions/deploy/spec.ts';
import { spec as smokeTest } from '../actions/smoke-test/spec.ts';
import { spec as teardown } from '../actions/teardown/spec.ts';
import { spec as validateTelemetry } from '../actions/validate-telemetry/spec.ts';
import type { ActionSpec, InputSpec } from '../runner/spec.ts';
import { CALL_BUDGET } from '../stacks/call-budget.ts';
import { localCollectorConfig } from './collector-config.ts';
import { costLevers, costSummary } from './cost-pages.ts';
import { architectureDrawings } from './drawing/architecture.ts';
import { localDrawings } from './drawing/local.ts';
import { overviewDrawings } from './drawing/overview.ts';
import { errorTables, findingsTable, reasonsTable } from './errors/errors-page.ts';
import { shippedSources } from './errors/sources.ts';
import { fillSection } from './marked-sections.ts';
import { pipelineAction } from './pipeline-action.ts';
import { PREVIEW_COMMENT, previewSample } from './preview-sample.ts';
import { RACE_RECORD, readRaceRecord } from './race-record.ts';
import { raceCharts, raceSection, raceSummary } from './race-section.ts';
import { TELEMETRY_SCHEMA, telemetrySchema } from './telemetry-schema.ts';
import { templatesReadme } from './templates-readme.ts';
import { usesOf } from './toolkit-name.ts';
import { PINNED_IN } from './workflows/checkout.ts';
import { deployEnvironmentsWorkflow } from './workflows/deploy-environments-workflow.ts';
import { deployWorkflow } from './workflows/deploy-workflow.ts';
import { prSmokeWorkflow } from './workflows/pr-smoke-workflow.ts';
import { previewWorkflow } from './workflows/preview-workflow.ts';
import { teardownWorkflow } from './workflows/teardown-workflow.ts';
import { workspaceLock } from './workspace-lock.ts';

/** Every action, in the order of the bundle. */
export const specs: readonly ActionSpec[] = [deploy, validateTelemetry, teardown, buildPush, smokeTest];

/** The same in the order in which a pipeline uses them. */
const PIPELINE: readonly ActionSpec[] = [smokeTest, buildPush, deploy, validateTelemetry, teardown];

/** Actions that also have a short path of their own: `uses: org/zap-obs/deploy@v1`. */
const SHORT_PATHS = ['deploy'];

const NOTE = 'Generated from src/actions/NAME/spec.ts by `npm run generate`; edit that instead.';

/**
 * Every file that derives from the declarations of the actions, from the templates, from the format of expectations, from the
 * messages in the sources, from the lockfile, or from the figures of the race.
 *
 * @param read gives a file as it is: of a README only what stands between its markers is replaced
 * @returns content by path from the root of the repository
 */
export function generatedFiles(read: (path: string) => string): Map<string, string> {
  const race = readRaceRecord(read(RACE_RECORD));
  const sources = shippedSources();
  const sections: readonly Section[] = [
    ['README.md', 'actions', actionTable()],
    ['README.md', 'preview-sample', previewSample(read(PREVIEW_COMMENT))],
    ['README.md', 'cost-summary', costSummary()],
    ['README.md', 'race-summary', raceSummary(race)],
    ['docs/speed.md', 'race', raceSection(race)],
    ['docs/deploy.md', 'calls', callTable()],
    ['docs/costs.md', 'levers', costLevers()],
    [
      'docs/errors.md',
      'errors',
      errorTables(
        sources,
        PIPELINE.map(({ name }) => name),
      ),
    ],
    ['docs/errors.md', 'findings', findingsTable(sources)],
    ['docs/errors.md', 'reasons', reasonsTable(sources)],
    ...specs.map((spec): Section => [`docs/${spec.name}.md`, spec.name, tables(spec)]),
  ];
  const files = new Map<string, string>([
    ...filled(sections, read),
    ...raceCharts(race),
    ...overviewDrawings(),
    ['cloudformation/README.md', templatesReadme(read('cloudformation/README.md'))],
    ...architectureDrawings(),
    ...localDrawings(),
    [TELEMETRY_SCHEMA, telemetrySchema()],
    ['zap-app/package-lock.json', workspaceLock(read('package-lock.json'), read('zap-app/package.json'), 'zap-app')],
    ['action.yml', pipelineAction()],
    ...workflows(read(PINNED_IN)),
    ['local/adot-config.yaml', localCollectorConfig(read('cloudformation/2-ecs-fargate-template.yaml'))],
  ]);
  for (const spec of specs) {
    files.set(`actions/${spec.name}/action.yml`, actionYml(spec, '../../dist'));
    files.set(`actions/${spec.name}/README.md`, actionReadme(spec));
    if (SHORT_PATHS.includes(spec.name)) files.set(`${spec.name}/action.yml`, actionYml(spec, '../dist'));
  }
  return files;
}

function workflows(pinned: string): [string, string][] {
  return [
    ['.github/workflows/deploy.yml', deployWorkflow(pinned)],
    ['.github/workflows/deploy-environments.yml', deployEnvironmentsWorkflow()],
    ['.github/workflows/pr-smoke.yml', prSmokeWorkflow(pinned)],
    ['.github/workflows/preview.yml', previewWorkflow(pinned)],
    ['.github/workflows/teardown.yml', teardownWorkflow(pinned)],
  ];
}

function actionYml(spec: ActionSpec, dist: string): string {
  const document = new Document({
    name: spec.title,
    description: spec.description,
    author: 'zap-obs',
    branding: { icon: spec.icon, color: spec.color },
    inputs: Object.fromEntries(Object.entries(spec.inputs).map(([name, input]) => [name, inputYml(input)])),
    outputs: Object.fromEntries(Object.entries(spec.outputs).map(([name, { description }]) => [name, { description }])),
    runs: {
      using: 'node24',
      main: `${dist}/${spec.name}.js`,
      // Without `post-if` it always runs, after a cancellation too.
      ...(spec.hasCleanUp && { post: `${dist}/clean-up.js` }),
    },
  });
  document.commentBefore = ` ${NOTE.replace('NAME', spec.name)}`;
  return document.toString({ lineWidth: 0 });
}

function inputYml(input: InputSpec): Record<string, unknown> {
  const fallback = defaultOf(input);
  return {
    description: input.description,
    required: isRequired(input),
    ...(fallback !== undefined && { default: fallback }),
  };
}

function defaultOf(input: InputSpec): string | undefined {
  return 'default' in input && input.default !== undefined ? String(input.default) : undefined;
}

function isRequired(input: InputSpec): boolean {
  return 'required' in input && input.required === true;
}

function actionReadme(spec: ActionSpec): string {
  const comment = `<!-- ${NOTE.replace('NAME', spec.name)} -->`;
  const uses = usesOf(SHORT_PATHS.includes(spec.name) ? spec.name : `actions/${spec.name}`);
  const more = `[docs/${spec.name}.md](../../docs/${spec.name}.md) tells all of it, with examples.`;
  return `${comment}\n\n# ${spec.title}\n\n${spec.description}\n\n\`\`\`yaml\n- uses: ${uses}\n\`\`\`\n\n${more}\n\n${tables(spec)}\n`;
}

/** What stands between the markers of a name in a file. */
type Section = readonly [file: string, name: string, content: string];

/** Each file with all of its sections. */
function filled(sections: readonly Section[], read: (path: string) => string): Map<string, string> {
  const files = new Map<string, string>();
  for (const [file, name, content] of sections)
    files.set(file, fillSection(files.get(file) ?? read(file), name, content, file));
  return files;
}

/** The actions, in the order of a pipeline, each with the page that tells all of it. */
function actionTable(): string {
  const rows = PIPELINE.map(({ name, description }) => [`[${name}](docs/${name}.md)`, description]);
  return table(['Action', 'What it does'], rows);
}

/** What a run asks of AWS at most; a test holds it to that. */
function callTable(): string {
  const rows = Object.values(CALL_BUDGET).map(({ operation, reads, writes }) => [operation, `${reads}`, `${writes}`]);
  return table(['One stack', 'Reads, at most', 'Writes'], rows);
}

/** Inputs, first those that most users need and then the others folded away, and outputs. */
function tables({ inputs, outputs }: ActionSpec): string {
  const common = Object.entries(inputs).filter(([, { advanced }]) => !advanced);
  const advanced = Object.entries(inputs).filter(([, input]) => input.advanced);
  return [
    inputTable(common),
    ...(advanced.length > 0
      ? [`<details><summary>${advanced.length} more inputs</summary>\n\n${inputTable(advanced)}\n\n</details>`]
      : []),
    table(
      ['Output', 'What it is'],
      Object.entries(outputs).map(([name, { description }]) => [`\`${name}\``, description]),
    ),
  ].join('\n\n');
}

function inputTable(inputs: readonly [string, InputSpec][]): string {
  return table(
    ['Input', 'What it does', 'Default'],
    inputs.map(([name, input]) => [
      `\`${name}\``,
      input.description,
      isRequired(input) ? '*required*' : defaultOf(input) ? `\`${defaultOf(input)}\`` : '',
    ]),
  );
}

function table(head: string[], rows: string[][]): string {
  return markdownTable([head, ...rows], { alignDelimiters: false });
}
