/** What a request at the registry is for; the names of the journal are those that begin with Put, Get and Head. */
export type RegistryAction =
  | 'Ping'
  | 'PutManifest'
  | 'GetManifest'
  | 'HeadManifest'
  | 'DeleteManifest'
  | 'PutBlob'
  | 'GetBlob'
  | 'HeadBlob'
  | 'Upload'
  | 'ListTags'
  | 'Unknown';

/** A request at the registry, taken apart. */
export interface Route {
  action: RegistryAction;
  /** Of the repository; empty where a request is about none. */
  name: string;
  /** A manifest's tag or digest, or a blob's digest; empty where there is none. */
  reference: string;
}

const METHODS: Readonly<Record<string, string>> = { PUT: 'Put', GET: 'Get', HEAD: 'Head', DELETE: 'Delete' };

/** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints */
export function readRoute(method: string, { pathname, searchParams }: URL): Route {
  if (/^\/v2\/?$/.test(pathname)) return { action: 'Ping', name: '', reference: '' };
  const [, name = '', kind, reference = ''] =
    /^\/v2\/(.+?)\/(manifests|blobs\/uploads|blobs|tags)\/([^/]*)$/.exec(pathname) ?? [];
  return {
    action: actionOf(method, kind, reference, searchParams),
    name,
    reference: referenceOf(kind, reference, searchParams),
  };
}

function actionOf(method: string, kind: string | undefined, reference: string, query: URLSearchParams): RegistryAction {
  const verb = METHODS[method] ?? '';
  switch (kind) {
    case 'manifests':
      return verb === '' ? 'Unknown' : (`${verb}Manifest` as RegistryAction);
    case 'blobs':
      return verb === 'Get' || verb === 'Head' ? `${verb}Blob` : 'Unknown';
    case 'blobs/uploads':
      // An upload ends with the digest of what was sent: after parts, or with all of it in one request.
      return query.has('digest') && (method === 'PUT' || method === 'POST') ? 'PutBlob' : 'Upload';
    case 'tags':
      return method === 'GET' && reference === 'list' ? 'ListTags' : 'Unknown';
    default:
      return 'Unknown';
  }
}

function referenceOf(kind: string | undefined, reference: string, query: URLSearchParams): string {
  if (kind === 'blobs/uploads') return query.get('digest') ?? '';
  return kind === 'tags' ? '' : reference;
}
