import { describe, expect, it } from 'vitest';
import { decideDashboard, decideDataSource, marked, merged, messageFor } from './decide.ts';

const source = (more: object = {}) => ({
  uid: 'u',
  name: 'n',
  type: 't',
  access: 'proxy' as const,
  url: 'https://one/',
  jsonData: { region: 'eu', method: 'POST' },
  ...more,
});

describe('a data source', () => {
  it('is created where there is none, and left alone where it is as wanted', () => {
    expect(decideDataSource(source(), undefined)).toBe('create');
    expect(decideDataSource(source(), marked(source()))).toBe('none');
    // Made by hand, as ours would be.
    expect(decideDataSource(source(), source())).toBe('none');
  });

  it('follows what is wanted as long as nobody has changed it', () => {
    expect(decideDataSource(source({ url: 'https://two/' }), marked(source()))).toBe('update');
    const more = source({ jsonData: { region: 'eu', method: 'POST', added: 1 } });
    expect(decideDataSource(more, marked(source()))).toBe('update');
    const less = source({ jsonData: { region: 'us' } });
    expect(decideDataSource(less, marked(source()))).toBe('update');
  });

  it('is kept when somebody has changed what we wrote, or has made it', () => {
    const edited = { ...marked(source()), url: 'https://theirs/' };
    expect(decideDataSource(source({ url: 'https://two/' }), edited)).toBe('keep');
    expect(decideDataSource(source(), edited)).toBe('keep');
    expect(decideDataSource(source(), source({ url: 'https://theirs/' }))).toBe('keep');
  });

  it('may be given more by somebody, which an update leaves', () => {
    const written = marked(source());
    const enriched = { ...written, jsonData: { ...written.jsonData, theirs: true } };
    expect(decideDataSource(source(), enriched)).toBe('none');
    const wanted = source({ url: 'https://two/', jsonData: { region: 'eu' } });
    expect(decideDataSource(wanted, enriched)).toBe('update');
    const update = merged(wanted, enriched);
    // What we wrote once and want no more is gone.
    expect(update.jsonData).toEqual({ ...marked(wanted).jsonData, theirs: true });
    expect(decideDataSource(wanted, update)).toBe('none');
  });
});

describe('a dashboard', () => {
  const dashboard = (hash: string) => ({ uid: 'u', title: 't', model: {}, hash });
  const [ours, former] = [dashboard('0123456789ab'), dashboard('ba9876543210')];

  it.each([
    ['is created where there is none', undefined, 'create'],
    ['is left alone where its newest version is the one wanted', messageFor(ours), 'none'],
    ['is updated where its newest version is a former one of ours', messageFor(former), 'update'],
    ['is kept where somebody has saved it since, without a word', '', 'keep'],
    ['is kept where somebody has saved it since', 'my version', 'keep'],
    ['is kept where somebody has restored a version', 'Restored from version 1', 'keep'],
    ['is kept where a message only begins like ours', 'zap-obs is great', 'keep'],
  ])('%s', (_, newest, decision) => {
    expect(decideDashboard(ours, newest)).toBe(decision);
  });
});
