/**
 * What the bar says: what is on disk, never what was asked for.
 *
 * | state | holds when |
 * |---|---|
 * | `no-contact` | the newest status is too old to say anything about now |
 * | `idle` | no recording is on |
 * | `starting` | a recording was started less than three seconds ago, and nothing of it is on disk yet |
 * | `failed` | a recording is on, and nothing of it reaches the disk |
 * | `fault` | a recording is on, and a channel is missing, loses frames, or an alarm is on |
 * | `recording` | a recording is on, and all channels reach the disk |
 */
import type { Alarm, Status } from "../api/types";
import type { Contact } from "./contact";
import { secondsSinceStart, START_SECONDS, type Tile } from "./tiles";

/** A disk that lasts for less than this needs a look. */
const DISK_SECONDS_MIN = 3600;

export type BarState = "recording" | "fault" | "failed" | "starting" | "idle" | "no-contact";

export interface Bar {
  state: BarState;
  /** How long has been recorded; null where that is not known or nothing is. */
  seconds: number | null;
  total: number;
  live: number;
  onDisk: number;
  /** Names of channels that should be recorded and are not. */
  missing: string[];
  /** Names of channels that have lost frames just now. */
  losing: string[];
  losses: number;
  missingSeconds: number;
  /** The worst alarm that is not about a channel which `missing` names. While nothing is recorded: the alarm that says why. */
  alarm: Alarm | null;
  /** How long the disk lasts; null if nobody knows. */
  diskSeconds: number | null;
  isDiskLow: boolean;
}

export function barOf(status: Status | null, contact: Contact, tiles: readonly Tile[]): Bar {
  const missing = tiles.filter((tile) => tile.recorded === "missing").map((tile) => tile.name);
  const losing = tiles.filter((tile) => tile.losesSince !== null).map((tile) => tile.name);
  const bar: Bar = {
    state: "no-contact",
    seconds: null,
    total: tiles.length,
    live: tiles.filter((tile) => tile.trouble === "none").length,
    onDisk: tiles.filter((tile) => tile.recorded === "yes").length,
    missing,
    losing,
    losses: tiles.reduce((sum, tile) => sum + tile.losses, 0),
    missingSeconds: tiles.reduce((sum, tile) => sum + tile.missingSeconds, 0),
    alarm: null,
    diskSeconds: null,
    isDiskLow: false,
  };
  if (status === null || !contact.isUp) return bar;
  bar.diskSeconds = status.volume.seconds_left;
  bar.isDiskLow = bar.diskSeconds !== null && bar.diskSeconds < DISK_SECONDS_MIN;
  bar.state = stateOf(status, bar);
  bar.alarm = status.alarms.find((one) => isSaid(one, bar)) ?? null;
  if (bar.state === "recording" || bar.state === "fault") bar.seconds = status.recording_seconds;
  return bar;
}

/** Alarms that say why nothing at all is recorded. */
const OF_ALL = new Set<Alarm["kind"]>(["disk_full", "disk_failed", "disk_exchanged"]);

/** While nothing is recorded only the reason is said; what is said of the rest would contradict it. */
function isSaid({ channel, kind, severity }: Alarm, { state, missing }: Bar): boolean {
  if (state !== "failed") return channel === null || !missing.includes(channel);
  if (severity !== "alarm") return false;
  return OF_ALL.has(kind) || (missing.length === 1 && missing[0] === channel);
}

function stateOf(status: Status, bar: Bar): BarState {
  if (bar.onDisk === 0) {
    if (status.recording_id === null) return "idle";
    return secondsSinceStart(status) < START_SECONDS ? "starting" : "failed";
  }
  const isAlarmed = status.alarms.some((one) => one.severity === "alarm");
  return bar.missing.length > 0 || bar.losing.length > 0 || isAlarmed ? "fault" : "recording";
}
