/** The bar's sentences, of what `model/bar` has found. */
import type { Status } from "../api/types";
import type { Contact } from "../model/contact";
import { clock, duration } from "../model/figures";
import type { Bar } from "../model/bar";
import type { bar as texts } from "../texts/bar";

type Texts = ReturnType<typeof texts>;

const NAMES_MAX = 3;

export function listed(names: readonly string[], t: Texts): string {
  const shown = names.slice(0, NAMES_MAX);
  if (names.length > NAMES_MAX) shown.push(t.more(names.length - NAMES_MAX));
  const last = shown.pop() ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} ${t.and} ${last}`;
}

export function missingTime(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(1)} s` : duration(seconds);
}

/** The sentences of the bar's second line, the most important first. `lastEnd`: when the last recording ended, as text. */
export function sentences(bar: Bar, contact: Contact, lastEnd: string | null, t: Texts): string[] {
  switch (bar.state) {
    case "no-contact":
      return [noContact(contact, t)];
    case "idle":
      return [t.ready(bar.live, bar.total), ...idle(bar, lastEnd, t)];
    case "starting":
      return [t.waitingForDisk];
    case "failed":
      return [bar.alarm?.fact ?? t.nothingOnDisk, ...(bar.alarm === null ? named(bar, t) : [])];
    case "recording":
      return [t.onDisk(bar.onDisk, bar.total), lost(bar, t)];
    case "fault":
      return [...faults(bar, t), t.onDisk(bar.onDisk, bar.total)];
  }
}

/** What the blackbox does, and whether that needs a look; null where there is none, or nothing is known. */
export function blackboxSaid(
  blackbox: Status["blackbox"] | undefined,
  t: Texts,
): { words: string; isBad: boolean } | null {
  if (blackbox === null || blackbox === undefined) return null;
  const missing = blackbox.channels.filter((one) => one.is_missing).map((one) => one.name);
  if (missing.length > 0) {
    return {
      words: missing.length < blackbox.channels.length ? t.boxMissing(listed(missing, t)) : t.boxNothing,
      isBad: true,
    };
  }
  return { words: blackbox.is_recording ? t.boxOn : t.boxIdle, isBad: false };
}

function noContact({ lastMs, seconds, isClockStopped }: Contact, t: Texts): string {
  if (lastMs === null) return seconds > 2 ? t.noAnswerYet : t.connecting;
  return isClockStopped ? t.clockStands(clock(lastMs)) : t.noAnswerSince(clock(lastMs));
}

function idle(bar: Bar, lastEnd: string | null, t: Texts): string[] {
  if (bar.alarm !== null) return [bar.alarm.fact];
  return lastEnd === null ? [] : [t.lastEnded(lastEnd)];
}

function lost(bar: Bar, t: Texts): string {
  return bar.losses > 0 ? t.losses(bar.losses, missingTime(bar.missingSeconds)) : t.noLosses;
}

function named({ missing }: Bar, t: Texts): string[] {
  return missing.length > 0 ? [t.notRecorded(listed(missing, t), missing.length)] : [];
}

function faults(bar: Bar, t: Texts): string[] {
  const said = named(bar, t);
  if (bar.losing.length > 0) said.push(t.losing(listed(bar.losing, t), bar.losing.length));
  if (said.length === 0 && bar.alarm !== null) said.push(bar.alarm.fact);
  return said;
}
