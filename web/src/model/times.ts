/** Days and times as people type them, in UTC. */

const DAY = /^\s*(\d{4}-\d\d-\d\d)(?:[ T]+(\d\d:\d\d)(:\d\d(?:\.\d{1,3})?)?)?\s*Z?\s*$/;
const TIME = /^\s*(\d\d?:\d\d)(:\d\d(?:\.\d{1,3})?)?\s*Z?\s*$/;
export const DAY_MS = 86_400_000;

/** `2026-11-26`, or with a time of day `2026-11-26 13:30`; null if it is neither, or a day that no calendar has. */
export function dayAndTime(text: string): { ms: number; hasTime: boolean } | null {
  const [, day = "", minute, second = ":00"] = DAY.exec(text) ?? [];
  const ms = Date.parse(`${day}T${minute ?? "00:00"}${second}Z`);
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(day)) return null;
  return { ms, hasTime: minute !== undefined };
}

/** A day with a time, or a time alone, which is the last such one; UTC in milliseconds, null if it is neither. */
export function instantOf(text: string, nowMs: number): number | null {
  const found = dayAndTime(text);
  if (found !== null) return found.hasTime ? found.ms : null;
  const [, minute, second = ":00"] = TIME.exec(text) ?? [];
  const today = minute === undefined ? null : dayAndTime(`${dayOf(nowMs)} ${minute.padStart(5, "0")}${second}`);
  if (today === null) return null;
  return today.ms > nowMs ? today.ms - DAY_MS : today.ms;
}

/** As `instantOf` reads it: `14:31:37`, with its milliseconds if it has some, with its day unless that is today. */
export function writtenInstant(ms: number, nowMs: number): string {
  const [day = "", time = ""] = new Date(ms).toISOString().slice(0, 23).split("T");
  const short = time.replace(/\.000$/, "");
  // Of a time that has not come yet the day is said, too: alone it would be read as one of yesterday.
  return day === dayOf(nowMs) && ms <= nowMs ? short : `${day} ${short}`;
}

/** `2026-11-26`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export type WrongTime = "from" | "to" | "order";

/**
 * The time that two fields name, or which of them is wrong. An empty one is no limit (null). A day alone is meant whole:
 * until a day is until its end.
 */
export function timeBetween(from: string, to: string): { from: string | null; to: string | null } | WrongTime {
  const begin = limitOf(from, 0);
  const end = limitOf(to, DAY_MS);
  if (begin === "wrong") return "from";
  if (end === "wrong") return "to";
  if (begin !== null && end !== null && end <= begin) return "order";
  return { from: utcOf(begin), to: utcOf(end) };
}

/** In milliseconds; `ofDayMs` later where it is a day alone. */
function limitOf(text: string, ofDayMs: number): number | "wrong" | null {
  if (text.trim() === "") return null;
  const found = dayAndTime(text);
  if (found === null) return "wrong";
  return found.hasTime ? found.ms : found.ms + ofDayMs;
}

function utcOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
