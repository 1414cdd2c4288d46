import type { IncomingHttpHeaders } from 'node:http';

/** A request, as far as rules look at it. */
export interface RoutedRequest {
  method: string;
  /** Path and query. */
  url: URL;
  headers: IncomingHttpHeaders;
}

type Properties = Readonly<Record<string, unknown>>;

/** One rule of a listener, as its template has it. */
export interface Rule {
  priority: number;
  conditions: readonly Properties[];
  actions: readonly Properties[];
}

/**
 * The actions of the first rule whose conditions all hold, by priority, or else the listener's own.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
 */
export function actionsFor(
  request: RoutedRequest,
  rules: readonly Rule[],
  otherwise: readonly Properties[],
): readonly Properties[] {
  const inOrder = rules.toSorted((one, other) => one.priority - other.priority);
  return (
    inOrder.find(({ conditions }) => conditions.every(condition => holds(condition, request)))?.actions ?? otherwise
  );
}

function holds(condition: Properties, { method, url, headers }: RoutedRequest): boolean {
  const config = (name: string) => (condition[`${name}Config`] ?? {}) as Properties;
  const values = (name: string) => strings(config(name).Values ?? condition.Values);
  switch (condition.Field) {
    case 'path-pattern':
      return values('PathPattern').some(pattern => wildcard(pattern).test(url.pathname));
    case 'host-header':
      return values('HostHeader').some(pattern => wildcard(pattern, 'i').test(hostOf(headers)));
    case 'http-header': {
      const header = headers[String(config('HttpHeader').HttpHeaderName).toLowerCase()];
      return header !== undefined && values('HttpHeader').some(pattern => wildcard(pattern, 'i').test(String(header)));
    }
    case 'http-request-method':
      return values('HttpRequestMethod').includes(method);
    case 'query-string':
      return pairs(config('QueryString').Values).some(({ key, value }) =>
        [...url.searchParams].some(
          ([name, is]) => (!key || wildcard(key, 'i').test(name)) && wildcard(value, 'i').test(is),
        ),
      );
    default:
      // `source-ip` among them: all requests are this machine's.
      return false;
  }
}

function hostOf({ host = '' }: IncomingHttpHeaders): string {
  return host.replace(/:\d+$/, '');
}

function strings(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String) : [];
}

function pairs(list: unknown): { key: string | undefined; value: string }[] {
  return Array.isArray(list) ? list.map(({ Key, Value }) => ({ key: Key, value: String(Value) })) : [];
}

/** `*` is any text, `?` any character. */
function wildcard(pattern: string, flags = ''): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, flags);
}

/** The target groups to which a `forward` action sends, with their weights. */
export function forwardsTo({ TargetGroupArn, ForwardConfig }: Properties): { arn: string; weight: number }[] {
  const groups = (ForwardConfig as Properties | undefined)?.TargetGroups;
  if (!Array.isArray(groups)) return [{ arn: String(TargetGroupArn), weight: 1 }];
  return groups.map(({ TargetGroupArn, Weight = 1 }) => ({ arn: String(TargetGroupArn), weight: Number(Weight) }));
}

/**
 * Where a `redirect` action sends.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html
 */
export function redirection(
  { RedirectConfig }: Properties,
  { url, headers }: RoutedRequest,
): { status: number; location: string } {
  const config = (RedirectConfig ?? {}) as Record<string, string>;
  const now = {
    protocol: 'http',
    host: hostOf(headers),
    port: '80',
    path: url.pathname.slice(1),
    query: url.search.slice(1),
  };
  const filled = (template: string) =>
    template.replaceAll(/#\{(protocol|host|port|path|query)\}/g, (_, name: keyof typeof now) => now[name]);
  const protocol = filled(config.Protocol ?? '#{protocol}').toLowerCase();
  const port = filled(config.Port ?? '#{port}');
  const isUsual = port === (protocol === 'https' ? '443' : '80');
  const query = filled(config.Query ?? '#{query}');
  const address = `${filled(config.Host ?? '#{host}')}${isUsual ? '' : `:${port}`}`;
  const location = `${protocol}://${address}${filled(config.Path ?? '/#{path}')}${query && `?${query}`}`;
  return { status: config.StatusCode === 'HTTP_301' ? 301 : 302, location };
}
