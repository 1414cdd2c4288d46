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

export interface MetricsBackend {
  /** An instant query in PromQL whose answer is a vector. */
  query(promql: string): Promise<Sample[]>;
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
  http: { method?: string; url?: string; userAgent?: string; clientIp?: string; status?: number };
  sql: { databaseType?: string; query?: string; user?: string; url?: string };
  annotations: Readonly<Record<string, unknown>>;
  /** Of the namespace `default`, where the collector puts attributes that are not indexed. */
  metadata: Readonly<Record<string, unknown>>;
}

export interface TracesBackend {
  /** All segments of these traces that have arrived so far. */
  segments(traceIds: readonly string[]): Promise<Segment[]>;
}

/** One event of a log. */
export interface LogEvent {
  /** As it was written: a line, or a document. */
  message: string;
  /** Milliseconds since the Unix epoch, where the log keeps it apart from the message. */
  timestamp?: number;
  /** Where it was found, such as a log group. */
  source?: string;
}

export interface LogsBackend {
  /**
   * The events that name one of these traces, in either form of its id; others may be among them.
   *
   * @param since milliseconds since the Unix epoch
   */
  events(traceIds: readonly string[], since: number): Promise<LogEvent[]>;
  /** What it has noticed that may be why nothing is found, such as a group that does not exist. */
  notes?(): string[];
}
