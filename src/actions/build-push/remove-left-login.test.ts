import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { DockerConfig } from '../../image/docker-login.ts';
import { recordingHost } from '../../tooling/recording-host.ts';
import { LOGIN_STATE, removeLeftLogin } from './remove-left-login.ts';

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'zap-obs-left-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('removes the login that a killed run has left, and says so', async () => {
  const { folder } = await DockerConfig.make({ RUNNER_TEMP: temporary(), DOCKER_CONFIG: '/nowhere' });
  const host = recordingHost({});
  host.saveState(LOGIN_STATE, folder);
  await removeLeftLogin(host);
  expect(existsSync(folder)).toBe(false);
  expect(host.log.join('\n')).toContain('The login to ECR, which the run had left, is removed.');
});

it('removes nothing else, whatever the state says', async () => {
  const folder = join(temporary(), 'precious');
  mkdirSync(folder);
  const host = recordingHost({});
  host.saveState(LOGIN_STATE, folder);
  await removeLeftLogin(host);
  expect(existsSync(folder)).toBe(true);
});

it('has a state for which the clean-up is loaded', () => {
  expect(LOGIN_STATE).toMatch(/^unfinished_/);
});
