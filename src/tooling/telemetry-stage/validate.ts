import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProofResult, ProvenSignal, SignalName } from '../../report/proof-result.ts';
import { type BundleOptions, type BundleRun, runBundle } from '../run-bundle.ts';

/** One run of the shipped action, and what it has found. */
export interface Validation extends BundleRun {
  proof: ProofResult;
}

/** Runs `validate-telemetry` as the runner does. Throws when it ends without a result. */
export async function validate(inputs: Record<string, string>, options: BundleOptions): Promise<Validation> {
  const folder = await mkdtemp(join(tmpdir(), 'zap-obs-validate-'));
  try {
    const run = await runBundle('validate-telemetry', inputs, {
      ...options,
      env: { RUNNER_TEMP: folder, ...options.env },
    });
    const { result } = run.outputs;
    if (result === undefined) throw new Error(`no result, code ${run.code}:\n${run.log}`);
    return { ...run, proof: JSON.parse(await readFile(result, 'utf8')) as ProofResult };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The signals that were not proven, in the order of the proof. */
export function redSignals({ signals }: ProofResult): SignalName[] {
  return signals.filter(({ passed }) => !passed).map(({ signal }) => signal);
}

export function signalOf({ signals }: ProofResult, name: SignalName): ProvenSignal {
  const found = signals.find(({ signal }) => signal === name);
  if (!found) throw new Error(`nothing of ${name} was proven`);
  return found;
}
