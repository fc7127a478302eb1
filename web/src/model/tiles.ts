/** What a channel's tile shows: whether it is live, whether it is recorded, and what is wrong. */
import type { Alarm, Channel, Message, Status } from "../api/types";
import type { Contact } from "./contact";
import { secondsBetween } from "./figures";

/** `no-contact`: nothing is known. `connecting`, `stalled`, `dead`: there is no picture of now. */
export type Trouble = "none" | "connecting" | "stalled" | "dead" | "no-contact";
/** Of the running recording: `off` because nobody wants it, `missing` because of a fault, `starting` for a moment. */
export type Recorded = "yes" | "off" | "starting" | "missing" | "unknown";

export interface Tile {
  index: number;
  name: string;
  trouble: Trouble;
  recorded: Recorded;
  /** Since when there is no picture; null while there is one. */
  sinceUtc: string | null;
  /** Why there is none; null while there is one, or if an alarm does not say. */
  why: Message | null;
  /** Seconds since the newest loss that the page has seen, if that is less than half a minute; else null. */
  losesSince: number | null;
  /** The number of losses of the recording, and how long they are together. */
  losses: number;
  missingSeconds: number;
  channel: Channel;
}

/** A live channel whose newest frame is older than this, or than three of its frames, has stopped sending. */
const FRAME_SECONDS_MAX = 1.5;
/** For so long after its start a recording may have nothing on disk before that is called a fault. */
export const START_SECONDS = 3;
const LOSES_SECONDS = 30;

/** When the page has seen each channel's number of losses grow, in ms of its own clock. */
export type LossSeen = Readonly<Record<string, { losses: number; grewMs: number | null }>>;

/** What is remembered of losses, with a newer status. Losses of before the page was opened count as old. */
export function noteLosses(seen: LossSeen, status: Status, nowMs: number): LossSeen {
  const next: Record<string, { losses: number; grewMs: number | null }> = {};
  for (const { name, losses } of status.channels) {
    const before = seen[name];
    const grew = before !== undefined && losses > before.losses;
    const isNewRecording = before !== undefined && losses < before.losses;
    next[name] = { losses, grewMs: grew ? nowMs : isNewRecording ? null : (before?.grewMs ?? null) };
  }
  return next;
}

export function tilesOf(status: Status, contact: Contact, seen: LossSeen, nowMs: number): Tile[] {
  return status.channels.map((channel) => {
    const trouble = troubleOf(channel, status, contact);
    const grewMs = seen[channel.name]?.grewMs ?? null;
    const ago = grewMs === null ? Infinity : (nowMs - grewMs) / 1000;
    return {
      index: channel.index,
      name: channel.name,
      trouble,
      recorded: recordedOf(channel, status, contact),
      sinceUtc: sinceOf(channel, trouble),
      why: channel.why ?? alarmOf(channel, status.alarms),
      losesSince: contact.isUp && ago < LOSES_SECONDS ? ago : null,
      losses: channel.losses,
      missingSeconds: channel.missing_seconds,
      channel,
    };
  });
}

/** Seconds since the recording began, by its id, which is the instant of the start; Infinity without one. */
export function secondsSinceStart(status: Status): number {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d+)Z$/.exec(status.recording_id ?? "");
  if (found === null) return Infinity;
  const [, year, month, day, hour, minute, second] = found;
  const began = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Math.abs(Date.parse(status.utc) - began) / 1000;
}

function troubleOf(channel: Channel, status: Status, contact: Contact): Trouble {
  if (!contact.isUp) return "no-contact";
  if (channel.state === "failed") return "dead";
  if (channel.state === "connecting") return "connecting";
  if (channel.state === "stalled") return "stalled";
  const silent = channel.newest_frame_utc === null ? 0 : secondsBetween(channel.newest_frame_utc, status.utc);
  const usual = 3 / (channel.picture?.frame_rate || 25);
  return silent + contact.seconds > Math.max(FRAME_SECONDS_MAX, usual) + 0.5 ? "stalled" : "none";
}

function recordedOf(channel: Channel, status: Status, contact: Contact): Recorded {
  if (!contact.isUp) return "unknown";
  if (channel.is_recording) return "yes";
  if (status.recording_id === null) return "off";
  return secondsSinceStart(status) < START_SECONDS ? "starting" : "missing";
}

function sinceOf(channel: Channel, trouble: Trouble): string | null {
  if (trouble === "none" || trouble === "no-contact") return null;
  return channel.state === "live" ? channel.newest_frame_utc : channel.since_utc;
}

const OF_SOURCE = new Set(["camera_failed", "camera_stalled", "worker_lost", "recording_not_written"]);

function alarmOf(channel: Channel, alarms: readonly Alarm[]): Message | null {
  return alarms.find((one) => one.channel === channel.name && OF_SOURCE.has(one.kind)) ?? null;
}
