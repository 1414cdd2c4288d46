import { expect, it } from 'vitest';
import { UserFault } from '../runner/fault.ts';
import { imageChoice, imagesFor, type Outcome } from './images.ts';

/** Stands in for running the script, and keeps what was run. */
function script(outcome: Partial<Outcome>): { ran: string[]; run: (path: string) => Promise<Outcome> } {
  const ran: string[] = [];
  const run = async (path: string) => {
    ran.push(path);
    return { code: 0, stdout: '', stderr: '', ...outcome };
  };
  return { ran, run };
}

it.each([
  [undefined, 'pulled'],
  ['', 'pulled'],
  ['pulled', 'pulled'],
  ['built', 'built'],
])('IMAGES=%s chooses %s', (value, choice) => {
  expect(imageChoice(value)).toBe(choice);
});

it.each(['build', 'BUILT', 'toString'])('IMAGES=%s is an error that names the two choices', value => {
  const message = `IMAGES is neither of pulled and built. Seen: ${value}. Set one of them.`;
  expect(() => imageChoice(value)).toThrow(UserFault);
  expect(() => imageChoice(value)).toThrow(message);
  expect(() => imageChoice(value, '--images')).toThrow('--images is neither');
});

it('starts and builds nothing for pulled images, and leaves their names to those who use them', async () => {
  const { ran, run } = script({});
  expect(await imagesFor('pulled', run)).toEqual({});
  expect(ran).toEqual([]);
});

it('gives what the script prints for built ones, values with = and spaces whole', async () => {
  const { ran, run } = script({
    stdout: 'DOCKER_CONFIG=/a folder/x=1\nNODE_IMAGE=zap-obs/node:built\n',
    stderr: 'Building …\n',
  });
  expect(await imagesFor('built', run)).toEqual({
    DOCKER_CONFIG: '/a folder/x=1',
    NODE_IMAGE: 'zap-obs/node:built',
  });
  expect(ran).toEqual(['.ci/images/build']);
});

it('says the script’s last word when they cannot be built', async () => {
  const { run } = script({ code: 1, stdout: 'NODE_IMAGE=x\n', stderr: 'Building …\nGo is missing. Install Go.\n\n' });
  await expect(imagesFor('built', run)).rejects.toThrow(
    'The images could not be built. Seen: Go is missing. Install Go. Or use IMAGES=pulled',
  );
  await expect(imagesFor('built', run)).rejects.toBeInstanceOf(UserFault);
});

it.each([
  [2, '.ci/images/build has ended with 2 and no word'],
  [null, '.ci/images/build has ended with a signal and no word'],
])('says how a silent script has ended: %s', async (code, words) => {
  await expect(imagesFor('built', script({ code }).run)).rejects.toThrow(words);
});

it('takes nothing else than settings from it', async () => {
  await expect(imagesFor('built', script({ stdout: 'hello\n' }).run)).rejects.toThrow(
    'printed what is no setting: hello',
  );
});
