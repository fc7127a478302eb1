/** How loud the narration is, and whether anything is wrong with it. */
import type { Narration } from "../api/types";

/** `none`: nothing is known. `silent`: nothing has been heard for a while. `loud`: its peaks are cut off. */
export type NarrationState = "none" | "connecting" | "failed" | "silent" | "loud" | "good";

export interface Level {
  state: NarrationState;
  /** In dB of full scale; null while there is no sound. */
  decibels: number | null;
  /** Since when nothing has been heard; null otherwise. */
  silentSinceUtc: string | null;
  /** What the recorder says of it; empty while it is good. */
  why: string;
}

const LOUD_DB = -0.5;

export function levelOf(narration: Narration | null, isUp: boolean): Level {
  if (narration === null || !isUp) return { state: "none", decibels: null, silentSinceUtc: null, why: "" };
  const why = narration.why === null ? "" : `${narration.why.fact} ${narration.why.action}`.trim();
  if (narration.state !== "live") return { state: narration.state, decibels: null, silentSinceUtc: null, why };
  const { level_db: decibels, silent_since_utc: silentSinceUtc } = narration;
  const state = narration.peak_db > LOUD_DB ? "loud" : silentSinceUtc === null ? "good" : "silent";
  return { state, decibels, silentSinceUtc, why };
}
