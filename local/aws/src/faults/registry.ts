import type { FaultDeclaration } from './declaration.ts';

/** Faults of ECR's registry, where images are pushed to and pulled from. */
export const REGISTRY_FAULTS = {
  'token-expires': {
    does: 'The token with which a client is logged in to the registry expires at this request; new ones are taken',
    action: 'Put*',
    effect: { registry: 'expire' },
  },
  'registry-refuses': {
    does: 'The registry has a fault of its own (503, or another status)',
    action: 'Put*',
    isLasting: true,
    parameters: { status: 503 },
    effect: { registry: 'refuse' },
  },
  'registry-lies': {
    does: 'The registry takes a manifest, and keeps it in other words: under another digest',
    action: 'PutManifest',
    effect: { registry: 'reword' },
  },
} as const satisfies Readonly<Record<string, FaultDeclaration>>;
