import { performance } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { UserFault } from '../runner/fault.ts';
import { parseExpectations } from './expectations.ts';

/** What is wrong with a file, one line for each fault. */
function faultsOf(text: string): string[] {
  try {
    parseExpectations(text, 'telemetry.yaml');
  } catch (error) {
    if (error instanceof UserFault) return error.message.split('\n');
    throw error;
  }
  return [];
}

const WHOLE = `service: shop
requests:
  - { name: cart, path: "/cart?id=1", json: { items: [1, "<any>"], total: null }, max-ms: 500 }
  - { name: order, method: POST, path: /order, status: 405 }
  - { name: health, path: /health, traced: false }
  - { name: sum, path: /sum, calls-itself: 2 }
metrics:
  - { name: shop.orders, unit: "{order}", type: counter, attributes: [kind, http.route], counts: [order, sum] }
  - { name: shop.stock, type: gauge }
spans:
  - { name: GET /cart, kind: server, attributes: { http.response.status_code: 200, http.route: <any>, cached: false } }
logs:
  fields: [trace_id, attributes.http.route, resource.service.name]
`;

it('reads every part, with the defaults of what is left out', () => {
  const place = (line: number, column = 5) => ({ file: 'telemetry.yaml', line, column });
  expect(parseExpectations(WHOLE, 'telemetry.yaml')).toEqual({
    service: 'shop',
    requests: [
      {
        name: 'cart',
        method: 'GET',
        path: '/cart?id=1',
        status: 200,
        json: { items: [1, '<any>'], total: null },
        maxMs: 500,
        isTraced: true,
        place: place(3),
      },
      { name: 'order', method: 'POST', path: '/order', status: 405, isTraced: true, place: place(4) },
      { name: 'health', method: 'GET', path: '/health', status: 200, isTraced: false, place: place(5) },
      { name: 'sum', method: 'GET', path: '/sum', status: 200, isTraced: true, selfCalls: 2, place: place(6) },
    ],
    metrics: [
      {
        name: 'shop.orders',
        unit: '{order}',
        type: 'counter',
        attributes: [{ key: 'kind' }, { key: 'http.route' }],
        counts: ['order', 'sum'],
        place: place(8),
      },
      { name: 'shop.stock', unit: '', type: 'gauge', attributes: [], place: place(9) },
    ],
    spans: [
      {
        name: 'GET /cart',
        kind: 'server',
        attributes: [
          { key: 'http.response.status_code', value: '200' },
          { key: 'http.route' },
          { key: 'cached', value: 'false' },
        ],
        place: place(11),
      },
    ],
    logs: { fields: ['trace_id', 'attributes.http.route', 'resource.service.name'], place: place(12, 1) },
  });
});

it('reads JSON as well, and metrics without any request', () => {
  const text = '{"service":"a","metrics":[{"name":"b","type":"gauge"}]}';
  expect(parseExpectations(text, 'telemetry.json').metrics).toHaveLength(1);
});

it('knows of one metric that it counts requests, unless the file says otherwise', () => {
  const counts = (line: string) =>
    parseExpectations(`service: a\nrequests: [{ name: a, path: / }]\nmetrics: [${line}]`, 'f').metrics[0]?.counts;
  const name = 'name: http.server.request.duration, unit: s';
  expect(counts(`{ ${name}, type: histogram }`)).toBe('requests');
  expect(counts(`{ ${name}, type: histogram, counts: [] }`)).toBeUndefined();
  expect(counts(`{ ${name}, type: histogram, counts: [a] }`)).toEqual(['a']);
  expect(counts(`{ ${name}, type: gauge }`)).toBeUndefined();
  expect(counts('{ name: http.client.request.duration, unit: s, type: histogram }')).toBeUndefined();
});

it('refuses counts that say nothing', () => {
  expect(
    faultsOf(`service: a
requests:
  - { name: orders, path: /orders }
  - { name: health, path: /health, traced: false }
metrics:
  - { name: a, type: counter, counts: [ordres] }
  - { name: b, type: gauge, counts: requests }
  - { name: c, type: counter, counts: [orders, health, orders] }
  - { name: d, type: counter, counts: all }
  - { name: e, type: sum, counts: [orders] }
`),
  ).toEqual([
    'telemetry.yaml:6:5: `a` counts `ordres`, which is no request. Did you mean `orders`?',
    'telemetry.yaml:7:5: `b` is a gauge, which counts no requests. Remove `counts`, or declare it as a counter or a histogram.',
    'telemetry.yaml:8:5: `c` cannot count `health`, which leaves no trace: others may send the same. Take its name out of `counts`.',
    'telemetry.yaml:8:5: `c` counts `orders` twice. Rename or remove one of them.',
    'telemetry.yaml:9:31: `metrics[3].counts` is not accepted. Seen: "all", a text. Give `requests`, or a list of names of requests.',
    'telemetry.yaml:10:5: `e` is a sum, which counts no requests. Remove `counts`, or declare it as a counter or a histogram.',
  ]);
  const lonely =
    'service: a\nrequests: [{ name: h, path: /, traced: false }]\nmetrics: [{ name: m, type: counter, counts: requests }]';
  expect(faultsOf(lonely).join()).toContain('3:11: `m` has nothing to count, because no request leaves a trace');
});

it('tells every fault of a file at once, in its order and with the nearest word that is known', () => {
  expect(
    faultsOf(`servce: x
service: 5
requests:
  - name: a
    path: api
    status: "200"
    mehtod: GET
    timeout: 1
  - []
  - { name: c, path: //evil.example, method: get }
  - { name: d, path: /d, max-ms: 1.5, status: 99 }
metrics:
  - { name: m, unit: {request}, type: conter }
spans:
  - { name: s, kind: srever, attributes: { a: [1] } }
logs:
  fields: [timestmp, "attributes."]
`),
  ).toEqual([
    'telemetry.yaml:1:1: `servce` is not a known key. Did you mean `service`?',
    'telemetry.yaml:2:1: `service` is not accepted. Seen: 5, a number. Give the service.name that the application sends, a text of up to 255 characters.',
    'telemetry.yaml:5:5: `requests[0].path` is not accepted. Seen: "api", a text. Give a path that begins with one `/`, without spaces and `#`; its query belongs to it.',
    'telemetry.yaml:6:5: `requests[0].status` is not accepted. Seen: "200", a text. Give the status of an answer, from 200 to 599.',
    'telemetry.yaml:7:5: `requests[0].mehtod` is not a known key. Did you mean `method`?',
    'telemetry.yaml:8:5: `requests[0].timeout` is not a known key. Use one of `name`, `method`, `path`, `status`, `json`, `max-ms`, `traced`, `calls-itself`.',
    'telemetry.yaml:9:5: `requests[1]` is not accepted. Seen: [], a list. Give a mapping.',
    'telemetry.yaml:10:16: `requests[2].path` is not accepted. Seen: "//evil.example", a text. Give a path that begins with one `/`, without spaces and `#`; its query belongs to it.',
    'telemetry.yaml:10:38: `requests[2].method` is not accepted. Seen: "get", a text. Did you mean `GET`?',
    'telemetry.yaml:11:26: `requests[3].max-ms` is not accepted. Seen: 1.5, a number. Give milliseconds, from 1 to 60,000.',
    'telemetry.yaml:11:39: `requests[3].status` is not accepted. Seen: 99, a number. Give the status of an answer, from 200 to 599.',
    'telemetry.yaml:13:16: `metrics[0].unit` is not accepted. Seen: {"request":null}, a mapping. Give a text in quotes, such as "s" or "{request}".',
    'telemetry.yaml:13:33: `metrics[0].type` is not accepted. Seen: "conter", a text. Did you mean `counter`?',
    'telemetry.yaml:15:16: `spans[0].kind` is not accepted. Seen: "srever", a text. Did you mean `server`?',
    'telemetry.yaml:15:30: `spans[0].attributes` is not accepted. Seen: {"a":[1]}, a mapping. Give a list of keys, or a mapping from key to value, which is a text, a number or a boolean.',
    'telemetry.yaml:17:12: `logs.fields[0]` is not accepted. Seen: "timestmp", a text. Did you mean `timestamp`?',
    'telemetry.yaml:17:22: `logs.fields[1]` is not accepted. Seen: "attributes.", a text. Did you mean `attributes.<key>`?',
  ]);
});

it('tells what is sound in each part and not in the whole', () => {
  expect(
    faultsOf(`service: a
requests:
  - { name: one, path: /a }
  - { name: one, path: /b }
  - { name: head, method: HEAD, path: /, json: 1 }
  - { name: none, status: 204, path: /, json: {} }
  - { name: slip, path: /, json: { a: ["<strng>", "<b>bold</b>", .nan] } }
metrics:
  - { name: http.requests, unit: "{request}", type: counter }
  - { name: http_requests_total, type: counter }
  - { name: http.duration.count, unit: s, type: histogram }
  - { name: "¿?", type: gauge }
  - { name: twice, type: gauge, attributes: [a, b, a] }
spans:
  - { name: s, kind: server }
  - { name: s, kind: client }
  - { name: s, kind: server }
logs: { fields: [body, trace_id, body] }
`),
  ).toEqual([
    'telemetry.yaml:4:5: Two requests are named `one`. Rename or remove one of them.',
    'telemetry.yaml:5:5: An answer to `HEAD` has no body, so it cannot hold `json`. Remove `json`.',
    'telemetry.yaml:6:5: An answer 204 has no body, so it cannot hold `json`. Remove `json`.',
    'telemetry.yaml:7:5: `<strng>` stands for no kind of value. Did you mean `<string>`?',
    'telemetry.yaml:7:5: JSON has no number `NaN`. Expect `<any>`, or remove the key.',
    'telemetry.yaml:10:5: Two metrics come to `http_requests_total` in Prometheus. Rename or remove one of them.',
    'telemetry.yaml:11:5: `http.duration.count` names one series of a histogram, not the histogram. Seen: it would be looked for as http_duration_count_seconds_bucket, http_duration_count_seconds_count, http_duration_count_seconds_sum. Write `http.duration`, the name that the application gives it.',
    'telemetry.yaml:12:5: No name for Prometheus is left of `¿?`. Use letters in the name.',
    'telemetry.yaml:13:5: The attribute `a` is there twice. Rename or remove one of them.',
    'telemetry.yaml:17:5: The span `s` is there twice. Rename or remove one of them.',
    'telemetry.yaml:18:34: The field `body` is there twice. Rename or remove one of them.',
  ]);
});

it.each([
  ['', 'The file has no expectations. Seen: an empty file'],
  ['# only a comment', 'The file has no expectations. Seen: an empty file'],
  ['- service: a', 'The file has no expectations. Seen: something else than a mapping'],
  ['service: a', '1:1: The file expects nothing'],
  ['service: a\nrequests: []\nspans: []', 'The file expects nothing'],
  ['requests: [{ name: a, path: / }]', '1:1: `service` is missing'],
  ['service: a\nlogs:', '2:1: `logs` is not accepted. Seen: nothing. Give a mapping'],
  ['service: a\nlogs: { fields: [] }', 'Give at least one field, such as `trace_id`'],
  ['service: a\nrequests: { a: 1 }', '`requests` is not accepted. Seen: {"a":1}, a mapping. Give a list'],
  [
    'service: a\nspans: [{ name: x, kind: server }]',
    '2:1: `spans` cannot be proven, because no request leaves a trace',
  ],
  [
    'service: a\nrequests: [{ name: h, path: /, traced: false }]\nlogs: { fields: [body] }',
    '3:1: `logs` cannot be proven',
  ],
  ['service: a\nrequests:\n\t- name: b', '3:1: Broken YAML: Tabs are not allowed as indentation'],
  ['service: a\nservice: b', '2:1: Broken YAML: Map keys must be unique'],
  ['x: &x { a: 1 }\ny: { <<: *x }', '2:6: Broken YAML: Merge keys (`<<`) are not read'],
  ['service: a\n---\nservice: b', 'Broken YAML: A second document begins here'],
  ['service: a\n__proto__: { b: 1 }\nrequests: [{ name: a, path: / }]', '2:1: `__proto__` cannot be used as a name'],
])('refuses %j', (text, message) => {
  expect(faultsOf(text).join('\n')).toContain(message);
});

it('lets an answer have any key, also those that JavaScript keeps for itself', () => {
  expect(faultsOf('service: a\nrequests: [{ name: a, path: /, json: { constructor: x } }]')).toEqual([]);
});

it('takes texts as YAML 1.2 does: `on` is a text, and no number is written in sixties', () => {
  const { requests } = parseExpectations('service: a\nrequests: [{ name: a, path: /, json: [on, 1:30] }]', 'f');
  expect(requests[0]?.json).toEqual(['on', '1:30']);
});

it('ends soon whatever the size: aliases that repeat, a thousand faults, a megabyte', () => {
  const lines = ['a0: &a0 [x, x]'];
  for (let level = 1; level < 30; level += 1) lines.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`);
  const started = performance.now();
  expect(faultsOf(lines.join('\n')).join()).toContain('repeat too much');
  const many = faultsOf(`service: a\nrequests:\n${'  - { path: / }\n'.repeat(1000)}`);
  expect(many).toHaveLength(51);
  expect(many.at(-1)).toBe('There are 950 more faults. Mend these first.');
  expect(faultsOf(`service: a # ${'x'.repeat(1024 * 1024)}`).join()).toContain('The file is too large');
  expect(performance.now() - started).toBeLessThan(5000);
});
