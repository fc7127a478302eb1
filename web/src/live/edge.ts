/** How a player follows the newest picture: by its rate, and by a jump only when it is far behind. Pure. */

/** From where to where pictures are there, in seconds of the stream's own time, in rising order. */
export type Ranges = readonly (readonly [number, number])[];

export interface Course {
  rate: number;
  /** Where to jump, in seconds; null: nowhere. */
  jumpTo: number | null;
}

/** How far behind the end of the newest picture the player aims to be: some pictures, for those that come late. */
export const AIM_SECONDS = 0.15;
/** Farther behind, or after the page was hidden, it jumps. */
export const FAR_SECONDS = 1;
/** So close to the aim, it plays at the pace at which it was taken. Pictures of a fast camera come some at a time. */
const NEAR_SECONDS = 0.06;
const SLOWEST = 0.9;
/** So that half a second, lost while the browser was busy, is made good within two. */
const FASTEST = 1.5;
/** How much the rate changes for each second of distance. */
const GAIN = 1;

/** What the player does now, at `position`; `mustJump`: it has just begun, or the page was hidden. */
export function course(ranges: Ranges, position: number, mustJump: boolean): Course {
  const newest = ranges.at(-1);
  if (newest === undefined) return { rate: 1, jumpTo: null };
  const [begin, end] = newest;
  const aim = Math.max(begin, end - AIM_SECONDS);
  const behind = end - position;
  // Before the newest range lies what the recorder has left out: nothing comes there any more.
  if (mustJump || behind > FAR_SECONDS || behind < -FAR_SECONDS || position < begin) return { rate: 1, jumpTo: aim };
  const off = behind - AIM_SECONDS;
  if (Math.abs(off) <= NEAR_SECONDS) return { rate: 1, jumpTo: null };
  return { rate: Math.min(FASTEST, Math.max(SLOWEST, 1 + off * GAIN)), jumpTo: null };
}

/** So much is kept behind the position. */
const KEPT_SECONDS = 2;

/**
 * Up to where old pictures can go: to a keyframe, since what is removed up to another place takes what follows with it
 * as far as the next keyframe. `keyframes`: their times, in rising order. Null: nothing can go.
 */
export function removable(keyframes: readonly number[], position: number): number | null {
  const old = keyframes.filter((time) => time <= position - KEPT_SECONDS);
  // The first one is where what is there begins.
  return old.length > 1 ? (old.at(-1) ?? null) : null;
}

/** Pictures by when they are shown, to tell when the one that is shown now was taken. */
export class Captures {
  private times: [seconds: number, captureMs: number][] = [];

  put(seconds: number, captureMs: number): void {
    this.times.push([seconds, captureMs]);
    if (this.times.length > 600) this.times = this.times.slice(300);
  }

  /** Capture time of the newest picture that is shown at `seconds` or before; null where none is known. */
  at(seconds: number): number | null {
    let found: [number, number] | null = null;
    for (const one of this.times) {
      // Rounding of the player's clock must not make it the picture before.
      if (one[0] <= seconds + 0.001 && (found === null || one[0] >= found[0])) found = one;
    }
    return found === null ? null : found[1];
  }
}
