/**
 * Where the frames of a file lie, and which numbers they have. The list of files says only how many there are, and the time
 * of the first and of the last; the list of losses says between which of them others are missing.
 */

export interface Loss {
  channel: string;
  fromMs: number;
  toMs: number;
  /** Null: nobody knows how many. */
  frames: number | null;
  cause: string;
}

/** Frames of a file that follow each other evenly. Its times are from the beginning of the file. */
export interface Run {
  /** The place of its first frame in the file, from 0. */
  first: number;
  frames: number;
  /** Of its first and of its last frame. */
  fromMs: number;
  toMs: number;
  stepMs: number;
  /** So much more than their places the frames' numbers are: frames that were lost in this computer have theirs. */
  ahead: number;
  /** Which frame is where is an estimate. */
  isAbout: boolean;
}

interface File {
  startMs: number;
  endMs: number;
  frames: number;
}

/** Losses of frames that nobody received: these have no numbers. */
const UNNUMBERED = new Set(["reconnect", "stall", "network"]);
const USUAL_STEP_MS = 40;
/** So far from a whole number of frames the length of a run may be. */
const ODD = 0.3;

/** At least one. `losses`: of the same channel. */
export function runsOf(file: File, losses: readonly Loss[]): readonly Run[] {
  const holes = holesIn(file, losses);
  const lengthMs = Math.max(0, file.endMs - file.startMs);
  const missingMs = holes.reduce((sum, one) => sum + one.toMs - one.fromMs, 0);
  const steps = file.frames - 1 - holes.length;
  const isKnown = steps > 0 && lengthMs > missingMs;
  const stepMs = isKnown ? (lengthMs - missingMs) / steps : USUAL_STEP_MS;
  const runs: Run[] = [];
  let next = { first: 0, fromMs: 0, ahead: 0, isAbout: false };
  for (const hole of [...holes, { fromMs: lengthMs, toMs: lengthMs, numbered: 0 }]) {
    const wanted = (hole.fromMs - next.fromMs) / stepMs;
    const frames = Math.round(wanted) + 1;
    const isAbout = next.isAbout || Math.abs(wanted + 1 - frames) > ODD;
    const run = { ...next, isAbout, frames, toMs: hole.fromMs };
    runs.push({ ...run, stepMs: frames > 1 ? (run.toMs - run.fromMs) / (frames - 1) : stepMs });
    next = {
      first: next.first + frames,
      fromMs: hole.toMs,
      ahead: next.ahead + (hole.numbered ?? 0),
      isAbout: isAbout || hole.numbered === null,
    };
  }
  return isKnown && next.first === file.frames ? runs : [evenly(file, holes.length > 0)];
}

function evenly({ startMs, endMs, frames }: File, isAbout: boolean): Run {
  const toMs = Math.max(0, endMs - startMs);
  const stepMs = frames > 1 && toMs > 0 ? toMs / (frames - 1) : USUAL_STEP_MS;
  return { first: 0, frames, fromMs: 0, toMs, stepMs, ahead: 0, isAbout };
}

/** `numbered`: how many of its frames have numbers; null: nobody knows. */
interface Hole {
  fromMs: number;
  toMs: number;
  numbered: number | null;
}

/** Each from the last frame before it to the first one after it. */
function holesIn({ startMs, endMs }: File, losses: readonly Loss[]): Hole[] {
  const inside = losses
    .filter((one) => one.fromMs >= startMs && one.toMs <= endMs && one.toMs > one.fromMs)
    .sort((one, other) => one.fromMs - other.fromMs);
  const found: Hole[] = [];
  for (const loss of inside) {
    const [fromMs, toMs] = [loss.fromMs - startMs, loss.toMs - startMs];
    const last = found.at(-1);
    if (last !== undefined && fromMs < last.toMs) {
      last.toMs = Math.max(last.toMs, toMs); // two of the same time
      last.numbered = null;
    } else {
      found.push({ fromMs, toMs, numbered: UNNUMBERED.has(loss.cause) ? 0 : loss.frames });
    }
  }
  return found;
}

/** Where a frame begins, from the beginning of its file. */
export function beginOf({ first, fromMs, toMs, stepMs }: Run, frame: number): number {
  return Math.min(fromMs + (frame - first) * stepMs, toMs);
}
