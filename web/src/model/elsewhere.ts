/** Stills that were not taken on this page, but by another operator, a program or a foot switch: one notice of them. */

interface Row {
  id: string;
  channel: string;
  instant_utc: string;
  file: string;
}

/** Of one command, of all channels whose file is there. */
export interface Still {
  id: string;
  instantUtc: string;
  files: { channel: string; file: string }[];
}

/** Stills that came one soon after the other. */
export interface Series {
  count: number;
  /** There were too many at once to be counted. */
  hasMore: boolean;
  first: Still;
  newest: Still;
}

/** Somebody who has closed the notice does not want to see what goes on; what comes after such a pause is new. */
const PAUSE_MS = 60_000;
const KNOWN_MAX = 1000;

/** Those that are not this page's `own`, by their ids, of after an instant: the oldest first, channels by name. */
export function takenElsewhere(rows: readonly Row[], own: ReadonlySet<string>, afterMs: number): Still[] {
  const found = new Map<string, Still>();
  for (const { id, channel, instant_utc: instantUtc, file } of rows) {
    if (own.has(id) || Date.parse(instantUtc) <= afterMs) continue;
    const still = found.get(id) ?? { id, instantUtc, files: [] };
    still.files.push({ channel, file });
    found.set(id, still);
  }
  for (const still of found.values()) still.files.sort((one, other) => (one.channel < other.channel ? -1 : 1));
  return [...found.values()].sort((one, other) => Date.parse(one.instantUtc) - Date.parse(other.instantUtc));
}

/** Those that an observation has taken: it is of the same instant, and is shown itself. */
export function ofObservations(stills: readonly Still[], observed: readonly { utc: string }[]): Still[] {
  const instants = new Set(observed.map((one) => one.utc));
  return stills.filter((one) => instants.has(one.instantUtc));
}

/** Counts what comes. Its times are of the page's own clock, in milliseconds. */
export class Elsewhere {
  /** By id, whether a still was told; false: it is not to be. */
  private readonly known = new Map<string, boolean>();
  private series: Series | null = null;
  private isClosed = false;
  private newestMs = 0;

  /** What is to be shown; null: nothing. */
  get shown(): Series | null {
    return this.isClosed ? null : this.series;
  }

  hasNew(stills: readonly Still[]): boolean {
    return stills.some((one) => !this.known.has(one.id));
  }

  /** These are not to be told. */
  pass(stills: readonly Still[]): void {
    this.learn(stills, false);
  }

  /** Takes what was found now, the oldest first, also again. `cutAt`: the id after which no older ones were read. */
  take(found: readonly Still[], cutAt: string | null, nowMs: number): void {
    const stills = found.filter((one) => this.known.get(one.id) !== false);
    const fresh = stills.filter((one) => !this.known.has(one.id));
    const [first] = fresh;
    const newest = stills.at(-1);
    if (newest === undefined) return;
    if (first === undefined) {
      // More files of the newest one may have come.
      const { series } = this;
      const hasGrown = series?.newest.id === newest.id && series.newest.files.length < newest.files.length;
      if (series !== null && hasGrown) this.series = { ...series, newest };
      return;
    }
    this.learn(fresh, true);
    if (this.isClosed && nowMs - this.newestMs >= PAUSE_MS) this.end();
    this.newestMs = nowMs;
    const before = this.series ?? { count: 0, hasMore: false, first };
    const hasMore = before.hasMore || fresh.some((one) => one.id === cutAt);
    this.series = { ...before, count: before.count + fresh.length, hasMore, newest };
  }

  /** Somebody has closed the notice. */
  close(): void {
    this.isClosed = true;
  }

  /** It was shown long enough. */
  end(): void {
    this.series = null;
    this.isClosed = false;
  }

  private learn(stills: readonly Still[], isTold: boolean): void {
    for (const { id } of stills) this.known.set(id, isTold);
    for (const id of this.known.keys()) {
      if (this.known.size <= KNOWN_MAX) break;
      this.known.delete(id);
    }
  }
}
