import { clearLine, cursorTo } from 'node:readline';
import { styleText } from 'node:util';
import { renderPlace } from './fault.ts';
import type { Host, Severity } from './host.ts';

const COLORS = { error: 'red', warning: 'yellow', notice: 'cyan' } as const satisfies Record<Severity, string>;

/**
 * Wraps the runner's host for people at a terminal: workflow commands become plain, coloured lines, and one status line is
 * redrawn in place when stdout is a terminal. Inputs, outputs and summary still go through the runner's files when named.
 */
export function terminalHost(runner: Host): Host {
  const out = process.stdout;
  const secrets = new Set<string>();
  let status = '';
  const print = (text: string) => {
    let shown = text;
    for (const secret of secrets) shown = shown.replaceAll(secret, '***');
    erase();
    out.write(`${shown}\n`);
    draw();
  };
  const erase = () => {
    if (status === '') return;
    clearLine(out, 0);
    cursorTo(out, 0);
  };
  const draw = () => {
    if (status !== '') out.write(status.slice(0, Math.max((out.columns ?? 80) - 1, 1)));
  };
  return {
    ...runner,
    output: (name, value) => (process.env.GITHUB_OUTPUT ? runner.output(name, value) : print(`${name} = ${value}`)),
    line: print,
    openGroup: name => print(`\n${styleText('bold', name)}`),
    closeGroup: () => {},
    annotate(severity, message, { title, place } = {}) {
      const label = styleText([COLORS[severity], 'bold'], title ?? severity);
      print(`${label} ${place && !message.startsWith(renderPlace(place)) ? `${renderPlace(place)}: ` : ''}${message}`);
    },
    saveState: () => {},
    mask: secret => void (secret !== '' && secrets.add(secret)),
    ...(out.isTTY && {
      status: text => {
        erase();
        status = text;
        draw();
      },
    }),
  };
}
