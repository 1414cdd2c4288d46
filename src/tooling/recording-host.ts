import { renderPlace } from '../runner/fault.ts';
import type { Host } from '../runner/host.ts';

/** A host that keeps everything it is told, as one readable transcript. */
export interface RecordingHost extends Host {
  /** The log: lines, groups and annotations in order. */
  log: string[];
  outputs: Record<string, string>;
  summaryText: string;
  states: Record<string, string>;
}

/** @param inputs raw texts by name */
export function recordingHost(inputs: Record<string, string>): RecordingHost {
  const secrets: string[] = [];
  const log: string[] = [];
  const print = (text: string) => {
    log.push(secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text));
  };
  const host: RecordingHost = {
    log,
    outputs: {},
    summaryText: '',
    states: {},
    input: name => inputs[name] ?? '',
    output: (name, value) => {
      host.outputs[name] = value;
    },
    summary: async markdown => {
      host.summaryText += markdown;
    },
    line: print,
    openGroup: name => print(`▾ ${name}`),
    closeGroup: () => print('▴'),
    annotate: (severity, message, { title, place } = {}) =>
      print(`[${severity}${title ? `: ${title}` : ''}${place ? ` @ ${renderPlace(place)}` : ''}] ${message}`),
    mask: secret => void secrets.push(secret),
    saveState: (name, value) => {
      host.states[name] = value;
    },
    savedStates: () => Object.fromEntries(Object.entries(host.states).filter(([, value]) => value !== '')),
    job: () => undefined,
    idToken: () => Promise.reject(new Error('this host has no OIDC token')),
  };
  return host;
}
