/** Whether what the page knows is still true: contact with the recorder. */

/** A status that is older says nothing about now. */
export const STATUS_SECONDS_MAX = 2;

export interface Contact {
  /** False: everything that is shown is old, and must say so. */
  isUp: boolean;
  /** Seconds since the newest status came; since the page was opened, if none has come. */
  seconds: number;
  /** The recorder answers, but with the same instant each time. */
  isClockStopped: boolean;
  /** UTC in milliseconds of the newest status, by this computer's clock; null if none has come. */
  lastMs: number | null;
}

/** `nowMs` and `cameMs` are of one monotonic clock; `cameMs` is null as long as no status has come. */
export function contactAt(
  nowMs: number,
  cameMs: number | null,
  beganMs: number,
  utcMs: number,
  isClockStopped = false,
): Contact {
  const seconds = Math.max(0, (nowMs - (cameMs ?? beganMs)) / 1000);
  return {
    isUp: cameMs !== null && seconds <= STATUS_SECONDS_MAX,
    seconds,
    isClockStopped,
    lastMs: cameMs === null ? null : utcMs - seconds * 1000,
  };
}
