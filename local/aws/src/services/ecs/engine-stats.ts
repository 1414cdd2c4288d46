import { request } from 'node:http';
import type { RunDocker } from '../../../../../src/compose/docker.ts';

/** What a container uses, in the form of the Docker engine's API, which is also that of the metadata endpoint. */
export type Stats = Readonly<Record<string, unknown>>;

/** Reads what containers use; a container that has ended uses nothing. */
export type ReadStats = (id: string) => Promise<Stats | undefined>;

/** So long the engine may take, in milliseconds. */
const PATIENCE = 5000;

/**
 * Asks the engine at its Unix socket, where the CLI says that it has one.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerStats
 */
export function engineStats(run: RunDocker): ReadStats {
  let socket: Promise<string | undefined> | undefined;
  const before = new Map<string, Stats>();
  return async id => {
    socket ??= socketOf(run);
    const path = await socket;
    const now = path === undefined ? undefined : await statsAt(path, id);
    if (!now) {
      before.delete(id);
      return undefined;
    }
    // One look tells no rate: the one before is part of the answer, as when the engine takes two.
    const last = before.get(id);
    before.set(id, now);
    return { ...now, preread: last?.read ?? now.read, precpu_stats: last?.cpu_stats ?? now.cpu_stats };
  };
}

async function socketOf(run: RunDocker): Promise<string | undefined> {
  const host =
    process.env.DOCKER_HOST ||
    (await run(['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'])).stdout.trim();
  return host.startsWith('unix://') ? host.slice('unix://'.length) : undefined;
}

function statsAt(socketPath: string, id: string): Promise<Stats | undefined> {
  return new Promise(resolve => {
    const path = `/containers/${id}/stats?stream=false&one-shot=true`;
    const asked = request({ socketPath, path, timeout: PATIENCE }, async response => {
      try {
        const text = Buffer.concat(await response.toArray()).toString();
        resolve(response.statusCode === 200 ? JSON.parse(text) : undefined);
      } catch {
        // The engine broke off.
        resolve(undefined);
      }
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined)).end();
  });
}
