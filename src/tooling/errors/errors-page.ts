import { code, prose, table } from '../../report/markdown.ts';
import { CAUSES } from './causes.ts';
import { gatherMessages, type Message } from './messages.ts';
import { reachOf } from './reach.ts';
import { treeOf } from './syntax.ts';

/** A fault with more cures than this depends on what another tool says; those that share them stand in one row. */
const MOST_CURES = 3;

/**
 * The table of docs/errors.md for each group of actions that can show the same messages, in Markdown.
 *
 * @param sources text of the shipped sources by path
 * @param actions names, in the order in which they are presented
 */
export function errorTables(sources: ReadonlyMap<string, string>, actions: readonly string[]): string {
  const trees = new Map([...sources].map(([file, text]) => [file, treeOf(text, file)]));
  const reach = new Map(actions.map(name => [name, reachOf(`src/actions/${name}/run.ts`, trees)]));
  const groups = new Map<string, Message[]>();
  for (const message of gatherMessages(sources).messages) {
    const showing = actions.filter(name => message.files.some(file => reach.get(name)?.has(file)));
    const title = titleOf(showing, actions);
    groups.set(title, [...(groups.get(title) ?? []), message]);
  }
  const order = [...groups].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return order.map(([title, messages]) => `## ${title}\n\n${tableOf(messages)}`).join('\n\n');
}

/** What a proof finds missing, and what to do about it: the causes that src/telemetry knows. */
export function findingsTable(sources: ReadonlyMap<string, string>): string {
  const { messages } = gatherMessages(within(sources, 'src/telemetry/'), { what: 'cause', fix: 'fix' });
  return table(
    ['Finding', 'What to do'],
    messages.map(({ what, fixes }) => [shown(what), fixes.length > 0 ? alternatives(fixes) : 'What the finding says.']),
  );
}

/** What to do about reasons that AWS gives for a resource, by the patterns that they match. */
export function reasonsTable(sources: ReadonlyMap<string, string>): string {
  const { messages } = gatherMessages(within(sources, 'src/stacks/advice.ts'), { what: 'reason', fix: 'advice' });
  const rows = messages.filter(({ fixes }) => fixes.length > 0);
  return table(
    ['Reason, as a pattern', 'What to do'],
    rows.map(({ what, fixes }) => [code(what), alternatives(fixes)]),
  );
}

function within(sources: ReadonlyMap<string, string>, path: string): Map<string, string> {
  return new Map([...sources].filter(([file]) => file.startsWith(path)));
}

function titleOf(showing: readonly string[], actions: readonly string[]): string {
  if (showing.length === actions.length) return 'All actions';
  return showing.length === 0 ? 'Elsewhere' : showing.join(', ');
}

/** All actions first, then those of one, then those of several. */
function rank(title: string): number {
  return title === 'All actions' ? 0 : title.split(', ').length;
}

function tableOf(messages: readonly Message[]): string {
  const rows = new Map<string, { messages: Message[]; fixes: readonly string[] }>();
  for (const message of messages) {
    const { what, fixes } = message;
    const key = fixes.length > MOST_CURES ? fixes.join('\n') : what;
    const row = rows.get(key) ?? { messages: [], fixes };
    row.messages.push(message);
    rows.set(key, row);
  }
  return table(
    ['Message', 'Why', 'What to do'],
    [...rows.values()].map(row => [
      row.messages.map(({ what }) => shown(what)).join('<br>'),
      row.messages.map(({ what }) => prose(causeOf(what))).join('<br>'),
      curesOf(row.messages[0]?.what ?? '', row.fixes),
    ]),
  );
}

/** What begins in small letters is the end of a sentence whose beginning differs. */
function shown(what: string): string {
  return prose(/^[a-z]/.test(what) ? `… ${what}` : what);
}

function causeOf(what: string): string {
  const cause = CAUSES[what];
  return (typeof cause === 'string' ? cause : cause?.cause) ?? '';
}

function curesOf(what: string, fixes: readonly string[]): string {
  const cause = CAUSES[what];
  if (typeof cause === 'object') return prose(cause.cure);
  return fixes.length > MOST_CURES
    ? `By what the tool says under ${code('Seen')}: ${alternatives(fixes)}`
    : alternatives(fixes);
}

function alternatives(fixes: readonly string[]): string {
  return fixes.map(fix => prose(fix)).join('<br>or: ');
}
