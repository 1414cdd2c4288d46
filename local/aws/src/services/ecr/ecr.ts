import type { RunDocker } from '../../../../../src/compose/docker.ts';
import type { Regions } from '../../cloudformation/state.ts';
import type { Containers } from '../../containers/containers.ts';
import type { Faults } from '../../faults/injector.ts';
import type { Provider } from '../../resources/provider.ts';
import type { ApiCall } from '../../server.ts';
import type { Service } from '../../wire/service.ts';
import { ecrService } from './api.ts';
import { openFront } from './front.ts';
import { memoryManifests, registryManifests } from './manifests.ts';
import { removePushedImages } from './pushed-images.ts';
import { registryContainer } from './registry-container.ts';
import { EcrStore } from './store.ts';
import { RegistryTokens } from './tokens.ts';

/** A registry that keeps what is pushed, and the Docker engine that pushes. */
export interface RealRegistry {
  address(): Promise<string>;
  run: RunDocker;
  /** Told where it listens, before anything can be pushed. */
  listensAt?(host: string): Promise<void>;
}

/** ECR of one local AWS. */
export interface Ecr {
  store: EcrStore;
  service: Service;
  /** `127.0.0.1:PORT` of the registry; undefined where all is simulated. */
  host: string | undefined;
  /** Repositories with an address on this machine, around the provider that knows when they may be deleted. */
  provider(inner: Provider): Provider;
  /** The content of a `config.json` with which Docker may pull and push here, with a token that was made for it. */
  dockerConfig(): string;
  /** Once no container uses the images any more. */
  close(): Promise<void>;
}

/** What it needs. */
export interface EcrOptions {
  account: string;
  regions: Regions;
  now(): Date;
  faults: Pick<Faults, 'onRegistry'>;
  onCall(call: ApiCall): void;
  /** Without it, images are manifests only, and nothing can be pushed. */
  real: RealRegistry | undefined;
}

/** The registry in a container of this local AWS. */
export function realRegistry(containers: Containers | undefined): RealRegistry | undefined {
  return (
    containers && {
      address: registryContainer(containers),
      run: containers.run,
      listensAt: host => containers.registryListensAt(host),
    }
  );
}

export async function startEcr({ account, regions, now, faults, onCall, real }: EcrOptions): Promise<Ecr> {
  const tokens = new RegistryTokens(now);
  const manifests = real ? registryManifests(real.address) : memoryManifests();
  const store = new EcrStore(account, regions, manifests, now);
  const front = real && (await openFront({ store, tokens, address: real.address, faults, now, onCall }));
  const host = front?.host;
  if (host !== undefined) await real?.listensAt?.(host);
  return {
    store,
    service: ecrService({ store, tokens, host }),
    host,
    provider: inner => ({
      ...inner,
      async create(request) {
        const identity = await inner.create(request);
        if (host === undefined) return identity;
        return { ...identity, attributes: { ...identity.attributes, RepositoryUri: `${host}/${identity.ref}` } };
      },
    }),
    dockerConfig: () => JSON.stringify({ auths: host === undefined ? {} : { [host]: { auth: tokens.issue().token } } }),
    async close() {
      await front?.close();
      if (real && host !== undefined) await removePushedImages(host, real.run);
    },
  };
}
