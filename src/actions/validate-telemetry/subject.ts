import { type Fault, throwIfAny, UserFault } from '../../runner/fault.ts';
import type { InputValues } from '../../runner/spec.ts';
import { suggest } from '../../runner/suggest.ts';
import type { Expectations } from '../../telemetry/expectations.ts';
import { SIGNALS, type Signal } from '../../telemetry/proof.ts';
import { loadExpectations } from '../expectations-file.ts';
import type { spec } from './spec.ts';

type Inputs = InputValues<typeof spec.inputs>;

/** What is proven: the expectations of the signals that are wanted, and where these arrive. */
export interface Subject {
  expectations: Expectations;
  /** '' where no metric is expected. */
  metricsEndpoint: string;
  logGroups: readonly string[];
}

/**
 * Puts together what the inputs and the expectations say.
 *
 * @throws UserFault with everything that does not fit, before anything is sent
 */
export async function subjectOf(inputs: Inputs, workspace: string): Promise<Subject> {
  const named = inputs.expectations;
  const [read, signals] = await Promise.all([
    faultsOf(() => loadExpectations({ named, workspace })),
    faultsOf(async () => readSignals(inputs.signals)),
  ]);
  throwIfAny([...read.faults, ...signals.faults]);
  const expectations = only(read.value as Expectations, signals.value as Signal[]);
  const renamed = { ...expectations, service: inputs['service-name'] ?? expectations.service };
  throwIfAny([...absentPlaces(renamed, inputs), ...nothingToProve(renamed)]);
  return { expectations: renamed, metricsEndpoint: inputs['metrics-endpoint'] ?? '', logGroups: inputs['log-groups'] };
}

async function faultsOf<T>(work: () => Promise<T>): Promise<{ value?: T; faults: readonly Fault[] }> {
  try {
    return { value: await work(), faults: [] };
  } catch (error) {
    if (error instanceof UserFault) return { faults: error.faults };
    throw error;
  }
}

function readSignals(named: readonly string[]): Signal[] {
  const isSignal = (name: string): name is Signal => SIGNALS.some(signal => signal === name);
  throwIfAny(
    named
      .filter(name => !isSignal(name))
      .map(name => ({
        what: 'Input `signals` is not accepted',
        seen: `\`${name}\``,
        fix: suggest(name, SIGNALS),
      })),
  );
  return named.length > 0 ? named.filter(isSignal) : [...SIGNALS];
}

/** The expectations without the signals that are not wanted. */
function only(expectations: Expectations, signals: readonly Signal[]): Expectations {
  return {
    ...expectations,
    metrics: signals.includes('metrics') ? expectations.metrics : [],
    spans: signals.includes('traces') ? expectations.spans : [],
    logs: signals.includes('logs') ? expectations.logs : { fields: [] },
  };
}

/** The actions' outputs have the names of these inputs. */
function absentPlaces({ metrics, logs }: Expectations, inputs: Inputs): Fault[] {
  const faults: Fault[] = [];
  if (metrics.length > 0 && inputs['metrics-endpoint'] === undefined) {
    faults.push({
      what: 'Metrics are expected, and nothing says where they arrive',
      seen: `${metrics.length} metrics in the expectations, and no input \`metrics-endpoint\``,
      fix: 'Give `metrics-endpoint` (an output of `deploy`), or leave `metrics` out of `signals`',
    });
  }
  if (logs.fields.length > 0 && inputs['log-groups'].length === 0) {
    faults.push({
      what: 'Log records are expected, and nothing says where they arrive',
      seen: 'no input `log-groups`',
      fix: 'Give `log-groups` (an output of `deploy`), or leave `logs` out of `signals`',
      ...(logs.place && { place: logs.place }),
    });
  }
  return faults;
}

function nothingToProve({ requests, metrics, spans, logs }: Expectations): Fault[] {
  const fix = 'Add what the service must send to the expectations, or name other `signals`';
  if (metrics.length + spans.length + logs.fields.length === 0)
    return [{ what: 'There is no telemetry to prove: nothing is expected of the signals that are wanted', fix }];
  if (requests.length > 0) return [];
  return [
    {
      what: 'The expectations have no `requests`: without traffic of its own, a run proves nothing',
      fix: 'Add at least one request, such as `{ name: index, path: / }`',
    },
  ];
}
