import { hashOf, type WantedDashboard, type WantedDataSource } from './wanted.ts';

/** What is to be done about something in Grafana: `keep` leaves what somebody has changed since we wrote it. */
export type Decision = 'create' | 'update' | 'keep' | 'none';

/** A data source as Grafana has it; of more members than these. */
export type FoundDataSource = Pick<WantedDataSource, 'uid' | 'name' | 'type' | 'access' | 'url' | 'jsonData'> & {
  version?: number | undefined;
};

/** In `jsonData`: which members we wrote there, and what all that we wrote comes to. Grafana keeps members that it does not know. */
const MARK = 'zapObs';

/** What `jsonData` bears of our writing. */
interface Mark {
  members: string[];
  hash: string;
}

/** The data source as it is written, marked as ours. */
export function marked(wanted: WantedDataSource): WantedDataSource {
  const mark: Mark = { members: Object.keys(wanted.jsonData), hash: contentHash(wanted, Object.keys(wanted.jsonData)) };
  return { ...wanted, jsonData: { ...wanted.jsonData, [MARK]: mark } };
}

/** The same as an update of what is there: what others have added to `jsonData` stays. */
export function merged(wanted: WantedDataSource, found: FoundDataSource): WantedDataSource {
  const written = marked(wanted);
  const former = markOf(found)?.members ?? [];
  const others = Object.entries(found.jsonData).filter(([member]) => !former.includes(member));
  return { ...written, jsonData: { ...Object.fromEntries(others), ...written.jsonData } };
}

export function decideDataSource(wanted: WantedDataSource, found: FoundDataSource | undefined): Decision {
  if (!found) return 'create';
  const members = Object.keys(wanted.jsonData);
  if (contentHash(found, members) === contentHash(wanted, members)) return 'none';
  const mark = markOf(found);
  return mark && contentHash(found, mark.members) === mark.hash ? 'update' : 'keep';
}

function contentHash({ name, type, access, url, jsonData }: FoundDataSource, members: readonly string[]): string {
  const ours = Object.fromEntries(members.map(member => [member, jsonData[member]]));
  return hashOf({ name, type, access, url, jsonData: ours });
}

function markOf({ jsonData }: FoundDataSource): Mark | undefined {
  const { members, hash } = (jsonData[MARK] ?? {}) as Partial<Mark>;
  return Array.isArray(members) && typeof hash === 'string' ? { members: members.map(String), hash } : undefined;
}

const MESSAGE = /^zap-obs ([0-9a-f]{12})\b/;

/**
 * The message under which a dashboard's version is saved: as long as the newest version bears one of ours, nobody has changed
 * the dashboard since. What Grafana itself changes about a model that it stores does not count so.
 */
export function messageFor({ hash }: WantedDashboard): string {
  return `zap-obs ${hash}`;
}

/** @param newest the message of the newest version, `undefined` when there is no such dashboard */
export function decideDashboard({ hash }: WantedDashboard, newest: string | undefined): Decision {
  if (newest === undefined) return 'create';
  const ours = MESSAGE.exec(newest)?.[1];
  if (ours === undefined) return 'keep';
  return ours === hash ? 'none' : 'update';
}
