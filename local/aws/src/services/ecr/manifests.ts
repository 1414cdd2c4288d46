import { createHash } from 'node:crypto';

/** A manifest that was refused: the registry's status and its answer. */
export interface Refusal {
  status: number;
  body: string;
}

/** Where the manifests and layers of repositories lie, each under its digest. Which tags there are, only the local AWS knows. */
export interface ManifestStore {
  /** @returns why it was not taken; undefined when it was */
  put(name: string, digest: string, manifest: Buffer, mediaType: string): Promise<Refusal | undefined>;
  /** @throws Error when it is not there */
  get(name: string, digest: string): Promise<string>;
  delete(name: string, digest: string): Promise<void>;
  /** The size of a layer in bytes; undefined when it is not there. */
  layerSize(name: string, digest: string): Promise<number | undefined>;
}

/** Takes every manifest, since there are no layers behind them. */
export function memoryManifests(): ManifestStore {
  const texts = new Map<string, string>();
  const key = (name: string, digest: string) => `${name}@${digest}`;
  return {
    async put(name, digest, manifest) {
      texts.set(key(name, digest), manifest.toString());
      return undefined;
    },
    async get(name, digest) {
      const text = texts.get(key(name, digest));
      if (text === undefined) throw new Error(`no manifest ${key(name, digest)}`);
      return text;
    },
    async delete(name, digest) {
      texts.delete(key(name, digest));
    },
    async layerSize() {
      return undefined;
    },
  };
}

/** @param address of the registry, e.g. `http://127.0.0.1:5000`; asked each time, as it starts when it is needed first */
export function registryManifests(address: () => Promise<string>): ManifestStore {
  const at = async (name: string, digest: string) => `${await address()}/v2/${name}/manifests/${digest}`;
  return {
    async put(name, digest, manifest, mediaType) {
      const headers = { 'content-type': mediaType };
      const response = await fetch(await at(name, digest), { method: 'PUT', headers, body: new Uint8Array(manifest) });
      const body = await response.text();
      return response.ok ? undefined : { status: response.status, body };
    },
    async get(name, digest) {
      const response = await fetch(await at(name, digest), { headers: { accept: ANY } });
      const body = await response.text();
      if (!response.ok) throw new Error(`the registry answers ${response.status} for ${name}@${digest}: ${body}`);
      return body;
    },
    async delete(name, digest) {
      const response = await fetch(await at(name, digest), { method: 'DELETE' });
      const body = await response.text();
      // Gone is what it should be.
      if (response.ok || response.status === 404) return;
      throw new Error(`the registry answers ${response.status} for the deletion of ${name}@${digest}: ${body}`);
    },
    async layerSize(name, digest) {
      const response = await fetch(`${await address()}/v2/${name}/blobs/${digest}`, { method: 'HEAD' });
      if (response.ok) return Number(response.headers.get('content-length'));
      if (response.status === 404) return undefined;
      throw new Error(`the registry answers ${response.status} for the layer ${name}@${digest}`);
    },
  };
}

const DOCKER = 'application/vnd.docker.distribution.manifest';
const OCI = 'application/vnd.oci.image';

/** What a manifest is that does not say so. */
const DEFAULT_TYPE = `${DOCKER}.v2+json`;

/** Without these, a registry of before 2019 answers in the oldest form that there is. */
const ANY = `${OCI}.index.v1+json, ${OCI}.manifest.v1+json, ${DOCKER}.list.v2+json, ${DEFAULT_TYPE}`;

/** What the API has to say about a manifest. */
export interface ManifestFacts {
  digest: string;
  mediaType: string;
  /** Digests that it lists, when it is a manifest list. */
  lists: string[];
  /** Of its configuration and layers, as they are stored; 0 for a list. */
  bytes: number;
  /** What kind of artifact its configuration says it is. */
  artifactMediaType: string | undefined;
}

/** @param sentAs the content type with which it came, without one its own word counts */
export function readManifest(manifest: Buffer, sentAs: string | undefined): ManifestFacts {
  const { mediaType, manifests = [], config, layers = [] } = parsed(manifest.toString());
  return {
    digest: digestOf(manifest),
    mediaType: sentAs ?? mediaType ?? DEFAULT_TYPE,
    lists: manifests.map(one => one.digest),
    bytes: layers.reduce((sum, { size }) => sum + size, config?.size ?? 0),
    artifactMediaType: config?.mediaType,
  };
}

/** What a manifest is called for good. */
export function digestOf(manifest: Buffer): string {
  return `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
}

interface Manifest {
  mediaType?: string;
  manifests?: { digest: string }[];
  config?: { size: number; mediaType?: string };
  layers?: { size: number }[];
}

/** What is no JSON has no facts: whether it is taken, the store of manifests decides. */
function parsed(text: string): Manifest {
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    return {};
  }
}
