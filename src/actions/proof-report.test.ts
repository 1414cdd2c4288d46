import { expect, it } from 'vitest';
import type { Check } from '../report/smoke-result.ts';
import { recordingHost } from '../tooling/recording-host.ts';
import { checkFaults, tellProof } from './proof-report.ts';

const HOSTILE = 'a\u001b[2Jb\u202ec\n::error::d';

it('lets what telemetry says neither clear a terminal, nor turn a line round, nor begin one', () => {
  const check: Check = { suite: 'traces', name: 'span', passed: false, seen: HOSTILE, cause: HOSTILE, fix: HOSTILE };
  const signal = { signal: 'traces', passed: false, looks: 1, notes: [], arrival: undefined, maxArrival: undefined };
  const diagnosis = { hop: 'collector', cause: HOSTILE, fix: HOSTILE, evidence: [HOSTILE] } as const;
  const host = recordingHost({});
  tellProof({ checks: [check], signals: [{ ...signal, signal: 'traces', diagnosis }] }, host);
  const told = [...host.log, ...checkFaults([check]).flatMap(({ what, seen, fix }) => [what, seen ?? '', fix ?? ''])];
  for (const bad of ['\u001b', '\u202e', '\n']) expect(told.join('|')).not.toContain(bad);
  expect(told.filter(line => line.includes('ab\ufffdc ::error::d'))).toHaveLength(6);
});
