/** The blackbox: what it holds, drawn along the time, and the stretch that somebody wants to keep. */
import type { HeldStretch } from "../api/types";
import { instantOf } from "./times";

export interface Piece {
  fromMs: number;
  toMs: number;
}

export interface Held {
  channel: string;
  pieces: readonly Piece[];
  files: number;
  bytes: number;
}

/** By channel, in the order of `recording`: each channel, and whether it is recorded now. What is being written reaches until now. */
export function heldOf(
  stretches: readonly HeldStretch[],
  recording: ReadonlyMap<string, boolean>,
  nowMs: number,
): Held[] {
  return [...recording].map(([channel, isNow]) => {
    const mine = stretches.filter((one) => one.channel === channel);
    const pieces = mine.map((one, at) => ({
      fromMs: Date.parse(one.from_utc),
      toMs: isNow && at === mine.length - 1 ? nowMs : Date.parse(one.to_utc),
    }));
    const sum = (of: "files" | "bytes"): number => mine.reduce((before, one) => before + one[of], 0);
    return { channel, pieces, files: sum("files"), bytes: sum("bytes") };
  });
}

/** The time that all of it lies in; null while it holds nothing. */
export function reachOf(held: readonly Held[]): Piece | null {
  const pieces = held.flatMap((one) => one.pieces);
  if (pieces.length === 0) return null;
  return {
    fromMs: Math.min(...pieces.map((one) => one.fromMs)),
    toMs: Math.max(...pieces.map((one) => one.toMs)),
  };
}

/** Where a piece lies in a time, in percent from its left. */
export function placed(piece: Piece, whole: Piece): { left: number; width: number } {
  const length = Math.max(1, whole.toMs - whole.fromMs);
  const from = Math.min(Math.max(piece.fromMs, whole.fromMs), whole.toMs);
  const to = Math.min(Math.max(piece.toMs, from), whole.toMs);
  return { left: (100 * (from - whole.fromMs)) / length, width: (100 * (to - from)) / length };
}

/** `2026-05-04 03:02:01`, as the fields have it. */
export function written(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

export type Wrong = "from" | "to" | "order" | "future" | "nothing";

/** The stretch that two fields name, or what is wrong with them. `held`: it must have something of it. */
export function wantedOf(from: string, to: string, nowMs: number, held: readonly Held[]): Piece | Wrong {
  const fromMs = instantOf(from, nowMs);
  const toMs = instantOf(to, nowMs);
  if (fromMs === null) return "from";
  if (toMs === null) return "to";
  if (toMs <= fromMs) return "order";
  if (toMs > nowMs) return "future";
  const has = held.some((one) => one.pieces.some((piece) => piece.fromMs < toMs && piece.toMs > fromMs));
  return has ? { fromMs, toMs } : "nothing";
}
