import { expect, it } from 'vitest';
import { cleanLine, gatherEvidence, tellingLine } from './evidence.ts';
import { BEGIN, deploymentOf, seconds, serviceOf, servicesWith, taskOf, WEB } from './fixtures.ts';
import { FollowedService } from './follow-service.ts';

const never = new AbortController().signal;
const definitions = [
  { name: 'app', isEssential: true, log: { group: '/app', region: 'us-east-1', streamPrefix: 'ecs' } },
  { name: 'collector', isEssential: false, log: { group: '/collector', region: 'us-east-1', streamPrefix: 'ecs' } },
  { name: 'silent', isEssential: false },
];

function followed(): FollowedService {
  const followed = new FollowedService('Service', WEB, BEGIN);
  followed.last = serviceOf([deploymentOf()], {
    targetGroups: [{ arn: 'arn:tg', container: 'app', port: 80 }],
    events: [
      { id: '2', at: seconds(5), message: 'newer' },
      { id: '1', at: seconds(-5), message: 'of another operation' },
    ],
  });
  return followed;
}

it('has the last lines of app and collector of the newest task that has printed any', async () => {
  const asked: string[] = [];
  const services = servicesWith({
    containers: async () => definitions,
    targets: async () => [
      { id: '10.0.0.1:80', state: 'unhealthy' },
      { id: '10.0.0.2:80', state: 'healthy' },
    ],
    lastLines: async ({ group, stream }) => {
      asked.push(`${group} ${stream}`);
      return stream.endsWith('/old') ? ['first', '', '\u001b[31mError: no database\u001b[0m\n'] : [];
    },
  });
  const evidence = await gatherEvidence(services, followed(), [taskOf('old', 1, 2), taskOf('new', 3, 4)], never);
  expect(asked.sort()).toEqual([
    '/app ecs/app/new',
    '/app ecs/app/old',
    '/collector ecs/collector/new',
    '/collector ecs/collector/old',
  ]);
  expect(evidence.logs.map(({ container, lines }) => [container, lines])).toEqual([
    ['app', ['first', 'Error: no database']],
    ['collector', ['first', 'Error: no database']],
  ]);
  expect([evidence.says, evidence.targets.length, evidence.notes]).toEqual([['newer'], 1, []]);
});

it('notes what cannot be read, and keeps the rest', async () => {
  const services = servicesWith({
    containers: async () => definitions,
    targets: () => Promise.reject(new Error('not allowed')),
    lastLines: () => Promise.reject(new Error('not allowed either')),
  });
  const evidence = await gatherEvidence(services, followed(), [taskOf('a', 1, 2)], never);
  expect([evidence.tasks.length, evidence.definitions.length, evidence.logs]).toEqual([1, 3, []]);
  expect(evidence.notes).toEqual([
    'The target health of web could not be read: not allowed',
    'The log of web could not be read: not allowed either',
  ]);
});

it('does not wait for what hangs', async () => {
  const over = new AbortController();
  const services = servicesWith({ containers: () => new Promise(() => {}), targets: async () => [] });
  const evidence = gatherEvidence(services, followed(), [taskOf('a', 1, 2)], over.signal);
  over.abort();
  expect((await evidence).notes[0]).toContain('no answer in time');
});

it.each([
  [
    'an error before its stack trace',
    ['start', 'Error: no database', '    at connect (db.js:1:2)', '    at main', 'Node.js v24.0.0'],
    'Error: no database',
  ],
  ['the last line, where none speaks of an error', ['one', 'two'], 'two'],
  ['the last of several errors', ['error: first', 'retry', 'fatal: last', 'bye'], 'fatal: last'],
])('the telling line is %s', (_, lines, line) => {
  expect(tellingLine(lines)).toBe(line);
});

it('a line has no control characters and does not run over', () => {
  expect(cleanLine('a\u001b[2Jb\u0000c\r\nd\u202ee')).toBe('ab c ⏎ d e');
  expect(cleanLine('x'.repeat(2000))).toHaveLength(502);
});
