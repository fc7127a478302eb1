/**
 * A control that counts only when it is held: nothing is hit by accident.
 *
 * It may be opened by the key that also holds it. So a press of that key counts only after it was let go once.
 */

export const HOLD_MS = 1500;
/** Of the time between two ticks no more counts: a page that stood still has not seen whether anybody held. */
export const SEEN_MS = 200;

export interface Hold {
  /** When holding began, the later the longer the page stood still meanwhile; null while nobody holds. */
  sinceMs: number | null;
  /** When it was looked last. */
  seenMs: number;
  /** The key that opened it is still down. */
  isKeyDown: boolean;
  isDone: boolean;
}

/** `blur`: the page does not hear any more what is let go. */
export type HoldEvent = "press" | "release" | "key-press" | "key-release" | "blur" | "tick";

/** `isKeyDown`: the key that opened the dialog has not been let go yet. */
export function newHold(isKeyDown: boolean): Hold {
  return { sinceMs: null, seenMs: 0, isKeyDown, isDone: false };
}

export function held(before: Hold, event: HoldEvent, nowMs: number): Hold {
  if (before.isDone) return before;
  const hold = seen(before, nowMs);
  switch (event) {
    case "press":
      return { ...hold, sinceMs: hold.sinceMs ?? nowMs };
    case "key-press":
      return hold.isKeyDown ? hold : { ...hold, isKeyDown: true, sinceMs: hold.sinceMs ?? nowMs };
    case "release":
      return { ...hold, sinceMs: null };
    case "key-release":
    case "blur":
      return { ...hold, sinceMs: null, isKeyDown: false };
    case "tick":
      return isLongEnough(hold, nowMs) ? { ...hold, sinceMs: null, isDone: true } : hold;
  }
}

function seen(hold: Hold, nowMs: number): Hold {
  const stoodStillMs = Math.max(0, nowMs - hold.seenMs - SEEN_MS);
  return { ...hold, seenMs: nowMs, sinceMs: hold.sinceMs === null ? null : hold.sinceMs + stoodStillMs };
}

function isLongEnough(hold: Hold, nowMs: number): boolean {
  return hold.sinceMs !== null && nowMs - hold.sinceMs >= HOLD_MS;
}

/** How far it is, from 0 to 1. */
export function progress(hold: Hold, nowMs: number): number {
  if (hold.isDone) return 1;
  return hold.sinceMs === null ? 0 : Math.min(1, (nowMs - hold.sinceMs) / HOLD_MS);
}
