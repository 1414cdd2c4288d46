/** A step of a build that BuildKit reports. */
export interface Step {
  /** Such as `[build 2/5] RUN npm ci`. */
  name: string;
  /** Its result was there already. */
  isCached: boolean;
  /** Why it failed. */
  error?: string;
  /** Its last lines of output. */
  output: string[];
}

/** One line of `docker buildx build --progress rawjson`: https://docs.docker.com/reference/cli/docker/buildx/build/#progress */
interface Report {
  vertexes?: { digest: string; name: string; started?: string; completed?: string; cached?: boolean; error?: string }[];
  logs?: { vertex: string; data: string }[];
}

interface KnownStep extends Step {
  number: number;
  hasStarted: boolean;
  hasEnded: boolean;
  /** The part of a line that has not ended yet. */
  open: string;
}

/** So many of a step's last lines are kept for the message of a failure. */
const KEPT = 40;
/** So much of a line is shown, in characters. */
const LONGEST = 2000;

/** Reads what BuildKit reports of a build, and tells it as `--progress plain` would, without what is of no use in a log. */
export class BuildLog {
  readonly #steps = new Map<string, KnownStep>();
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  /** Takes one line of output, of whichever stream. */
  read(line: string): void {
    const report = reportOf(line);
    if (!report) {
      // What is no report is the command's own word; that of a failure is told by the message.
      if (line.trim() !== '' && !line.startsWith('ERROR: ')) this.#tell(line);
      return;
    }
    for (const vertex of report.vertexes ?? []) this.#vertex(vertex);
    for (const { vertex, data } of report.logs ?? []) this.#output(vertex, Buffer.from(data, 'base64').toString());
  }

  /**
   * The steps of the Dockerfile that do something, without BuildKit's own. Of one that was gone through twice, because the push had to
   * be begun anew, the first time counts.
   */
  steps(): Step[] {
    const named = [...this.#steps.values()].filter(({ name }) =>
      /^\[(?!internal)[^\]]*\d+\/\d+\] (?!FROM )/.test(name),
    );
    return named.filter(({ name }, index) => named.findIndex(other => other.name === name) === index);
  }

  /** The step that failed. One that was ended because another had failed has no error of its own. */
  failed(): Step | undefined {
    const all = [...this.#steps.values()].filter(({ error }) => error !== undefined);
    return all.find(({ error = '' }) => !/context canceled/.test(error)) ?? all[0];
  }

  #vertex({ digest, name, started, completed, cached = false, error }: NonNullable<Report['vertexes']>[number]): void {
    const known = this.#steps.get(digest) ?? {
      name,
      number: this.#steps.size + 1,
      isCached: false,
      hasStarted: false,
      hasEnded: false,
      output: [],
      open: '',
    };
    this.#steps.set(digest, known);
    known.isCached ||= cached;
    if (started && !known.hasStarted) {
      known.hasStarted = true;
      this.#tell(`#${known.number} ${name}`);
    }
    if (!completed || known.hasEnded) return;
    known.hasEnded = true;
    if (known.open !== '') this.#line(known, known.open);
    if (error) known.error = error;
    const seconds = started ? (Date.parse(completed) - Date.parse(started)) / 1000 : 0;
    this.#tell(`#${known.number} ${ending(error, cached, seconds)}`);
  }

  #output(digest: string, text: string): void {
    const step = this.#steps.get(digest);
    if (!step) return;
    const lines = (step.open + text).split(/\r?\n/);
    step.open = lines.pop() ?? '';
    for (const line of lines) this.#line(step, line);
  }

  #line(step: KnownStep, line: string): void {
    const shown = line.length > LONGEST ? `${line.slice(0, LONGEST)} …` : line;
    step.output.push(shown);
    if (step.output.length > KEPT) step.output.shift();
    this.#tell(`#${step.number} ${shown}`);
  }
}

function reportOf(line: string): Report | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Report;
  } catch {
    return undefined;
  }
}

function ending(error: string | undefined, cached: boolean, seconds: number): string {
  if (error) return `ERROR: ${error}`;
  return cached ? 'CACHED' : `DONE ${seconds.toFixed(1)}s`;
}
