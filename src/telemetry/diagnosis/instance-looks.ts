import { count } from '../../report/words.ts';
import type { Evidence } from '../evidence.ts';
import type { Trail } from '../loss.ts';
import type { Diagnosis } from '../proof.ts';
import { type Case, figures, ITEMS, iso } from './case.ts';
import { silentCollectors } from './process-looks.ts';

/** Whether it is one of several instances of the application of which something is missing. */

export function silentInstance(it: Case): Diagnosis | undefined {
  return it.proof.signal === 'metrics' ? silentInMetrics(it) : silentInRequests(it);
}

/** All that some instances answered is missing, and nothing that the others did. */
function silentInRequests(it: Case): Diagnosis | undefined {
  const { loss, facts, proof } = it;
  if (!loss || loss.missing.length === 0 || !facts.evidence) return undefined;
  const byInstance = instancesOf(loss.trails.filter(isExpectedIn(proof.signal)), facts.evidence);
  if (!byInstance) return undefined;
  const silent = [...byInstance].filter(([, trails]) => trails.every(({ size }) => size === 0));
  const isWholly = [...byInstance.values()].every(trails => new Set(trails.map(({ size }) => size > 0)).size === 1);
  if (!isWholly || silent.length === 0 || silent.length === byInstance.size) return undefined;
  const names = silent.map(([name]) => name);
  const requests = silent.reduce((sum, [, trails]) => sum + trails.length, 0);
  // One request of an instance may have been lost in any way.
  if (requests < 2 && !names.some(name => isSilentCollector(name, it))) return undefined;
  return diagnosisOf(
    names,
    `of ${count(requests, 'request')} that ${names.length === 1 ? 'it' : 'they'} answered no ${ITEMS[proof.signal]} have arrived, of those of the others all have`,
    it,
  );
}

function isExpectedIn(signal: string): (trail: Trail) => boolean {
  return ({ isUnsampled }) => signal === 'logs' || !isUnsampled;
}

/** `undefined` where it is not known of each request that left nothing which instance answered it. */
function instancesOf(trails: readonly Trail[], evidence: Evidence): Map<string, Trail[]> | undefined {
  const named = trails.map(trail => ({ trail, name: instanceOf(trail.sent.traceId, evidence) }));
  if (named.some(({ trail, name }) => name === undefined && trail.size === 0)) return undefined;
  const known = named.flatMap(({ trail, name }) => (name === undefined ? [] : [{ trail, name }]));
  const grouped = Map.groupBy(known, ({ name }) => name);
  return new Map([...grouped].map(([name, own]) => [name, own.map(({ trail }) => trail)]));
}

/** Who answered a request, as its log records or its spans tell. */
function instanceOf(traceId: string, { logs, traces }: Evidence): string | undefined {
  const records = logs.find(one => one.traceId === traceId)?.records ?? [];
  for (const { record, stream } of records) {
    const id = record.resource['service.instance.id'];
    if (typeof id === 'string' && id !== '') return id;
    // The log driver names it `<prefix>/<container>/<task>`.
    const [, task] = /\/([^/]+)$/.exec(stream ?? '') ?? [];
    if (task !== undefined) return task;
  }
  const segments = traces.find(one => one.traceId === traceId)?.segments ?? [];
  const ids = segments.map(({ metadata, annotations }) => {
    const key = 'otel.resource.service.instance.id';
    return metadata[key] ?? annotations[key];
  });
  return ids.find(id => typeof id === 'string' && id !== '') as string | undefined;
}

/** Instances whose metrics have counted nothing, while those of others have. */
function silentInMetrics(it: Case): Diagnosis | undefined {
  const { facts } = it;
  const counts = facts.evidence?.counts ?? [];
  const short = counts.filter(({ increase, expected }) => increase < expected);
  const [first] = short;
  if (!first || ![...first.byInstance.values()].some(rise => rise > 0)) return undefined;
  const zero = [...first.byInstance].filter(([, rise]) => rise === 0).map(([name]) => name);
  const silent = zero.filter(name => short.every(({ byInstance }) => (byInstance.get(name) ?? 0) === 0));
  const named = silent.filter(name => isSilentCollector(name, it) || hasAnswered(name, it));
  if (named.length === 0) return undefined;
  const missing = first.expected - first.increase;
  return diagnosisOf(
    named,
    `${named.length === 1 ? 'its' : 'their'} metrics have counted nothing, and ${count(missing, 'request')} of ${first.expected} ${missing === 1 ? 'is' : 'are'} missing`,
    it,
  );
}

/** It has answered requests of this run, as their log records tell. */
function hasAnswered(name: string, { facts: { evidence } }: Case): boolean {
  return evidence?.logs.some(({ traceId }) => isSame(instanceOf(traceId, evidence), name)) ?? false;
}

function isSilentCollector(name: string, { facts }: Case): boolean {
  return silentCollectors(facts).some(({ instance }) => isSame(instance, name));
}

/** A task is called by its id alone, or by all of its ARN. */
function isSame(one: string | undefined, other: string): boolean {
  if (one === undefined || one === '' || other === '') return false;
  return one.endsWith(other) || other.endsWith(one);
}

function diagnosisOf(names: readonly string[], told: string, it: Case): Diagnosis {
  const { facts, increase, proof } = it;
  const [name = ''] = names;
  const reports = facts.collector?.collectors.filter(({ instance }) => isSame(instance, name)) ?? [];
  const [silent] = reports.filter(({ isSilent }) => isSilent);
  const isAlive = reports.some(({ hasReported }) => hasReported);
  const accepted = [...(increase?.byInstance ?? [])].find(([instance]) => isSame(instance, name))?.[1].accepted;
  const isNeverSent = isAlive && proof.signal !== 'metrics' && !accepted;
  const why = silent
    ? `; its collector has told nothing of itself since ${iso(silent.lastAt)}`
    : isNeverSent
      ? '; its collector runs, and has accepted nothing of it'
      : '';
  const all = names.map(one => `\`${one}\``).join(', ');
  return {
    hop: isNeverSent ? 'application' : 'collector',
    cause: `${names.length === 1 ? 'One instance is' : 'Some instances are'} silent: ${all}; ${told}${why}`,
    fix: isNeverSent
      ? `Look at the application of task \`${name}\`: whether it reaches its collector`
      : `Look at the collector of task \`${name}\` (its log stream ends in that name): whether it runs and exports; stop the task, so that another one takes its place`,
    evidence: figures(it),
  };
}
