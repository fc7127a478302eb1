/** Copies of recordings at other places: how each target stands, and which copies a recording has. */
import type { CopyTarget, VerifiedCopy } from "../api/types";

/** From the best to the worst. */
export const STANDINGS = ["whole", "copying", "waiting", "behind", "failed"] as const;
export type Standing = (typeof STANDINGS)[number];

export function standingOf(target: CopyTarget): Standing {
  if (target.state === "failed") return "failed";
  if (target.is_too_late) return "behind";
  if (target.state === "copying") return "copying";
  return isBehind(target) ? "waiting" : "whole";
}

/** Something is not there yet. */
export function isBehind(target: CopyTarget): boolean {
  return target.behind_files > 0 || target.behind_folders > 0;
}

/** How the worst of them stands; null where there is none. */
export function worstOf(targets: readonly CopyTarget[]): Standing | null {
  const found = new Set(targets.map(standingOf));
  return STANDINGS.findLast((one) => found.has(one)) ?? null;
}

/** For how long the oldest has waited; null if nothing waits. */
export function waitedSeconds(target: CopyTarget, nowMs: number): number | null {
  if (target.behind_since_utc === null) return null;
  return Math.max(0, (nowMs - Date.parse(target.behind_since_utc)) / 1000);
}

/** Between 0 and 1. */
export function shareOf(progress: { done_bytes: number; bytes: number }): number {
  return progress.bytes === 0 ? 1 : Math.min(1, progress.done_bytes / progress.bytes);
}

/** What a list says of the copies of a recording that has ended: it has some, or may get its first, or has none. */
export function signOf(verified: number, targets: readonly CopyTarget[]): "copied" | "coming" | "none" {
  if (verified > 0) return "copied";
  return targets.some(isBehind) ? "coming" : "none";
}

export interface TargetCopies {
  target: string;
  /** The newest first: two disks that are used in turn are two copies. None: it has no complete copy yet. */
  copies: readonly VerifiedCopy[];
}

/** The copies of one recording by target, as the settings name them; then those at targets that are named no more. */
export function byTarget(targets: readonly CopyTarget[], copies: readonly VerifiedCopy[]): TargetCopies[] {
  const names = [...new Set([...targets.map((one) => one.name), ...copies.map((one) => one.target)])];
  return names.map((target) => ({
    target,
    copies: copies
      .filter((one) => one.target === target)
      .sort((one, other) => Date.parse(other.verified_utc) - Date.parse(one.verified_utc)),
  }));
}
