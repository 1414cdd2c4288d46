/**
 * Where telemetry arrives. Implementations throw `TransientError` for what may pass, so that it is asked again, and any other
 * `UserFault` for what will not.
 */
export interface Backends {
  metrics: MetricsBackend;
  traces: TracesBackend;
  logs: LogsBackend;
}

/** One series at the time of a query. */
export interface Sample {
  /** `__name__` is the metric's name. */
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** The samples of one series, as they were written. */
export interface Series {
  labels: Readonly<Record<string, string>>;
  /** Oldest first; `at` is the sample's own time, in milliseconds since the Unix epoch, which is the sender's clock. */
  points: readonly { at: number; value: number }[];
}

export interface MetricsBackend {
  /** An instant query in PromQL whose answer is a vector. */
  query(promql: string): Promise<Sample[]>;
  /**
   * All samples of a range: a selector with its window, such as `up{job="a"}[5m]`, whose answer is a matrix.
   *
   * @param at the end of the window, in milliseconds since the Unix epoch; now, when it is absent
   */
  range(selector: string, at?: number): Promise<Series[]>;
  /** How often the backend has been called so far, repetitions included. */
  calls?(): number;
}

/** A span as X-Ray keeps it: a segment, or a subsegment of one. */
export interface Segment {
  /** 32 hexadecimal digits. */
  traceId: string;
  id: string;
  parentId?: string;
  name: string;
  isSubsegment: boolean;
  /** `remote` and `aws` are calls to somebody else. */
  namespace?: string;
  isInProgress: boolean;
  /** Seconds since the Unix epoch, by the sender's clock. */
  startedAt?: number;
  endedAt?: number;
  /** As X-Ray tells: 5xx, 4xx. */
  isFault: boolean;
  isError: boolean;
  /** X-Ray made it up from a call's other end; nobody has sent it. */
  isInferred: boolean;
  http: { method?: string; url?: string; userAgent?: string; clientIp?: string; status?: number };
  sql: { databaseType?: string; query?: string; user?: string; url?: string };
  annotations: Readonly<Record<string, unknown>>;
  /** Of the namespace `default`, where the collector puts attributes that are not indexed. */
  metadata: Readonly<Record<string, unknown>>;
}

export interface TracesBackend {
  /** All segments of these traces that have arrived so far. */
  segments(traceIds: readonly string[]): Promise<Segment[]>;
  /** So many traces one call finds, which may depend on the account; five where it is absent. */
  idsACall?(): Promise<number>;
  /**
   * The ids of traces that began with a request of this user agent, as 32 hexadecimal digits.
   *
   * @param since milliseconds since the Unix epoch
   */
  named?(userAgent: string, since: number): Promise<string[]>;
  /** What it has noticed that may be why something is missing. */
  notes?(): string[];
  /** How often the backend has been called so far, repetitions included. */
  calls?(): number;
}

/** One event of a log. */
export interface LogEvent {
  /** As it was written: a line, or a document. */
  message: string;
  /** Milliseconds since the Unix epoch, where the log keeps it apart from the message. */
  timestamp?: number;
  /** Where it was found, such as a log group. */
  source?: string;
  /** The log stream, where the log has such. */
  stream?: string;
  /** Tells events apart that say the same; absent where the log has no such id. */
  id?: string;
  /** Milliseconds since the Unix epoch. */
  ingestedAt?: number;
}

export interface LogsBackend {
  /**
   * The events that name one of these traces, in either form of its id; others may be among them.
   *
   * @param since milliseconds since the Unix epoch
   */
  events(traceIds: readonly string[], since: number): Promise<LogEvent[]>;
  /**
   * Some of the events since a moment, whatever they say, so that one sees what comes where nothing is found.
   *
   * @param most of each log
   */
  recent?(since: number, most: number): Promise<LogEvent[]>;
  /** The first events since a moment that hold all of these texts, as the collector's own log may be among the logs. */
  holding?(texts: readonly string[], since: number, most: number): Promise<LogEvent[]>;
  /** What it has noticed that may be why nothing is found, such as a group that does not exist. */
  notes?(): string[];
  /** How often the backend has been called so far, repetitions included. */
  calls?(): number;
}
