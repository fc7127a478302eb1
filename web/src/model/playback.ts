/** Playing a recording: which file of a channel shows an instant, where nothing was recorded, and what lies on its time. */
import { beginOf, type Loss, type Run } from "./frames";

/** One file. Times are UTC in milliseconds. */
export interface Part {
  channel: string;
  number: number;
  startMs: number;
  endMs: number;
  firstFrame: number;
  frames: number;
  /** Where these lie, in their order; at least one. */
  runs: readonly Run[];
  /** Where it is played from. */
  file: string;
  /** The overlay's text beside it (WebVTT); not every file has it. */
  subtitles: string;
  isOpen: boolean;
}

/** One answer of the recorder has so much at most: so that many pictures at once leave the browser connections. */
const PIECE_BYTES = 4_000_000;

/** Where a player gets a file: in pieces. */
export function playedFrom(file: string): string {
  return `${file}&most_bytes=${PIECE_BYTES}`;
}

/** Something at an instant, or over a time. */
export interface Mark {
  id: string;
  fromMs: number;
  toMs: number;
}

/** What a channel shows at an instant: a place in a file, or nothing, from when to when. */
export type Shown =
  | { part: Part; offsetMs: number; gap: null }
  | { part: null; offsetMs: 0; gap: { fromMs: number | null; toMs: number | null } };

/** Shorter holes between two files are not shown: a split has one frame between them. */
const HOLE_MS = 500;

/** The run that has a place, or that lies there. */
function runOf(part: Part, has: (run: Run) => boolean): Run {
  return part.runs.findLast(has) ?? (part.runs[0] as Run);
}

/** How long its last frame lasts. */
export function frameMs(part: Part): number {
  return runOf(part, () => true).stepMs;
}

/** When the last frame of a part is over. */
export function overMs(part: Part): number {
  return part.endMs + frameMs(part);
}

export function shownAt(parts: readonly Part[], losses: readonly Loss[], channel: string, atMs: number): Shown {
  const own = parts.filter((one) => one.channel === channel).sort((one, other) => one.startMs - other.startMs);
  const lost = losses.find(
    (one) => one.channel === channel && one.toMs - one.fromMs > HOLE_MS && one.fromMs < atMs && atMs < one.toMs,
  );
  if (lost !== undefined) return { part: null, offsetMs: 0, gap: lost };
  const at = own.findLastIndex((one) => one.startMs <= atMs);
  return besides(own[at], own[at + 1], atMs);
}

/** What is shown at an instant between the beginning of one file and that of the next. */
function besides(part: Part | undefined, next: Part | undefined, atMs: number): Shown {
  if (part === undefined) {
    // Cameras begin within some frames of each other: that is no hole.
    const isSoon = next !== undefined && next.startMs - atMs < HOLE_MS;
    return isSoon
      ? { part: next, offsetMs: 0, gap: null }
      : { part: null, offsetMs: 0, gap: { fromMs: null, toMs: next?.startMs ?? null } };
  }
  const isCovered = atMs <= overMs(part) || (next !== undefined && next.startMs - part.endMs < HOLE_MS);
  return isCovered
    ? { part, offsetMs: atMs - part.startMs, gap: null }
    : { part: null, offsetMs: 0, gap: { fromMs: part.endMs, toMs: next?.startMs ?? null } };
}

/** The frame that a part shows at a time in it: its place in the file, from 0. */
export function frameAt(part: Part, offsetMs: number): number {
  const run = runOf(part, (one) => one.fromMs <= offsetMs);
  const frame = Math.floor((offsetMs - run.fromMs) / run.stepMs + 0.01);
  return run.first + Math.max(0, Math.min(frame, Math.max(0, run.frames - 1)));
}

/** The channel's own number of a frame, and whether that is an estimate. */
export function numberOf(part: Part, frame: number): { number: number; isAbout: boolean } {
  const { ahead, isAbout } = runOf(part, (one) => one.first <= frame);
  return { number: part.firstFrame + frame + ahead, isAbout };
}

/** When a frame of a file begins, from its beginning, and how long it lasts. */
function timeOf(part: Part, frame: number): { beginMs: number; lastsMs: number } {
  const run = runOf(part, (one) => one.first <= frame);
  return { beginMs: beginOf(run, frame), lastsMs: run.stepMs };
}

/** So far behind the beginning of its frame an instant lies at most. */
const IN_FRAME_MS = 20;

/**
 * The instant, in whole milliseconds, that is meant by the picture that is shown; where none is, the instant itself. Capture
 * times are estimates, and the page knows their milliseconds alone, so it lies in its frame and not at the frame's edge,
 * where the one before may be meant.
 */
export function shownInstant(shown: Shown, atMs: number): number {
  if (shown.part === null) return Math.round(atMs);
  const { beginMs, lastsMs } = timeOf(shown.part, frameAt(shown.part, shown.offsetMs));
  return Math.round(shown.part.startMs + beginMs + Math.min(lastsMs / 2, IN_FRAME_MS));
}

/** The middle of a frame, in seconds of the file: rounding then never shows its neighbour. */
export function secondsOf(part: Part, frame: number): number {
  const { beginMs, lastsMs } = timeOf(part, frame);
  return (beginMs + lastsMs / 2) / 1000;
}

/** One frame on or back from an instant; over the end of a file the next one begins. */
export function stepped(parts: readonly Part[], channel: string, atMs: number, by: 1 | -1): number {
  const { part, offsetMs } = shownAt(parts, [], channel, atMs);
  if (part === null) return atMs + by * 40;
  const frame = frameAt(part, offsetMs) + by;
  if (frame >= 0 && frame < part.frames) return part.startMs + timeOf(part, frame).beginMs;
  return by === 1 ? overMs(part) + 1 : part.startMs - 1;
}

export function span(parts: readonly Part[]): { startMs: number; endMs: number } {
  if (parts.length === 0) return { startMs: 0, endMs: 0 };
  return {
    startMs: Math.min(...parts.map((one) => one.startMs)),
    endMs: Math.max(...parts.map((one) => one.endMs)),
  };
}

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

/** Round instants for a ruler, at most `most` of them. */
export function ticks(fromMs: number, toMs: number, most: number): number[] {
  const wanted = (toMs - fromMs) / 1000 / most;
  const step = (STEPS_S.find((one) => one >= wanted) ?? 86_400) * 1000;
  const found: number[] = [];
  for (let at = Math.ceil(fromMs / step) * step; at < toMs; at += step) found.push(at);
  return found;
}

/** All of a recording on its timeline. */
export function wholeView({ startMs, endMs }: { startMs: number; endMs: number }): { fromMs: number; toMs: number } {
  return { fromMs: startMs, toMs: Math.max(endMs, startMs + 1) };
}

/** What is shown of a recording that has another length now: the same, and of one that was shown whole all of it. */
export function kept(
  view: { fromMs: number; toMs: number },
  before: { startMs: number; endMs: number },
  now: { startMs: number; endMs: number },
): { fromMs: number; toMs: number } {
  const was = wholeView(before);
  const wasWhole = view.fromMs <= was.fromMs && view.toMs >= was.toMs;
  const fits = view.fromMs >= now.startMs && view.toMs <= now.endMs;
  return !wasWhole && fits ? view : wholeView(now);
}

/** The part of the time that is shown after zooming in (`by` < 1) or out around an instant. */
export function zoomed(
  view: { fromMs: number; toMs: number },
  whole: { startMs: number; endMs: number },
  atMs: number,
  by: number,
): { fromMs: number; toMs: number } {
  const least = Math.min(2000, whole.endMs - whole.startMs);
  const width = Math.min(Math.max((view.toMs - view.fromMs) * by, least), whole.endMs - whole.startMs);
  const from = Math.min(Math.max(atMs - width / 2, whole.startMs), whole.endMs - width);
  return { fromMs: from, toMs: from + width };
}

/** Names as they stand in `order`; those that do not stand there follow as they are. */
export function arranged(names: readonly string[], order: readonly string[]): string[] {
  return [...order.filter((name) => names.includes(name)), ...names.filter((name) => !order.includes(name))];
}

/** So many pixels have room for one mark. */
const MARK_PX = 6;

/** The marks in sight. Where there are more than have room, of those that would lie on each other only the first. */
export function inSight<M extends Mark>(
  marks: readonly M[],
  view: { fromMs: number; toMs: number },
  pixels: number,
): M[] {
  const places = Math.max(1, Math.floor(pixels / MARK_PX));
  const { fromMs, toMs } = view;
  const perPlace = (toMs - fromMs) / places;
  const placeOf = (ms: number): number => Math.floor((ms - fromMs) / perPlace);
  const taken = new Set<number>();
  const seen: M[] = [];
  const firsts: M[] = [];
  for (const one of marks) {
    if (one.toMs < fromMs || one.fromMs > toMs) continue;
    if (seen.length <= places) seen.push(one);
    const from = Math.max(0, placeOf(one.fromMs));
    const to = Math.min(places, placeOf(one.toMs));
    const key = from * (places + 1) + to;
    if (taken.has(key)) continue;
    taken.add(key);
    firsts.push(one);
  }
  return seen.length <= places ? seen : firsts;
}

/**
 * The mark that is nearest to an instant, if it lies within `withinMs`. Of several that are equally near, as those that lie
 * over each other are, the one after `before`, which was taken last; else the first.
 */
export function nearest<M extends Mark>(
  marks: readonly M[],
  atMs: number,
  withinMs: number,
  before: string | null = null,
): M | null {
  let equal: M[] = [];
  let least = withinMs;
  for (const mark of marks) {
    const away = atMs < mark.fromMs ? mark.fromMs - atMs : Math.max(0, atMs - mark.toMs);
    if (away > least) continue;
    if (away < least) equal = [];
    equal.push(mark);
    least = away;
  }
  const at = equal.findIndex((one) => one.id === before);
  return equal[(at + 1) % equal.length] ?? null;
}

/** The next mark after an instant, or the one before it. */
export function neighbour<M extends Mark>(marks: readonly M[], atMs: number, by: 1 | -1): M | null {
  let found: M | null = null;
  for (const one of marks) {
    const isBeyond = by === 1 ? one.fromMs > atMs + 20 : one.fromMs < atMs - 20;
    if (isBeyond && (found === null || by * (one.fromMs - found.fromMs) < 0)) found = one;
  }
  return found;
}
