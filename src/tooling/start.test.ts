import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './repository.ts';

const start = (...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'src/tooling/on-node24.mjs'), 'src/tooling/start.ts', ...args], {
    encoding: 'utf8',
    // No engine answers there, and nobody has agreed to install one.
    env: { ...process.env, ZAP_AWS_PORT: '0', NO_COLOR: '1', CI: '', DOCKER_HOST: 'unix:///no/such/docker.sock' },
  });

describe('npm start without Docker', () => {
  it('says how to get containers, deploys both profiles, shows that nothing is done twice, tears down, and says that all of it is simulated', {
    timeout: 60_000,
  }, () => {
    const { status, stdout } = start();
    expect(status).toBe(0);
    const story = [
      /No containers: no Docker engine with compose and buildx answers; .*npm start -- --yes/,
      'simulated, containers included',
      '▸ Deploy three stacks with profile lean',
      /EndpointPlacement +profile lean: one-zone/,
      'vpc-alb: created',
      'ecs-app: created',
      /job summary in \.tmp\/start\/\d+\/deploy-three-stacks-with-profile-lean\.md/,
      /load-balancer-url +http:\S+ \(simulated\)/,
      '▸ Deploy lean again: nothing to do',
      'ecs-app: unchanged',
      '▸ Deploy three stacks with profile production',
      /DeletionProtection +profile production: true/,
      'ecs-app: created',
      /grafana-url +https:\S+ \(simulated\)/,
      '▸ Deploy production again: nothing to do',
      'ecs-app: unchanged',
      '▸ Tear down lean',
      'vpc-alb: deleted',
      'Nothing is left.',
      '▸ Take the deletion protection off production, or its teardown would fail',
      /DeletionProtection +input parameters: false/,
      'vpc-alb: updated',
      '▸ Tear down production',
      'vpc-alb: deleted',
      'Nothing is left.',
    ];
    let from = 0;
    for (const line of story) {
      const at = typeof line === 'string' ? stdout.indexOf(line, from) : from + stdout.slice(from).search(line);
      expect(at, `${line} after character ${from}`).toBeGreaterThanOrEqual(from);
      from = at;
    }
  });

  it('refuses a flag that it does not know', () => {
    const { status, stderr } = start('--kep');
    expect([status, stderr]).toEqual([2, expect.stringContaining('Usage: npm start [-- [--yes]')]);
  });
});
