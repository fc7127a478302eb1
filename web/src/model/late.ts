/** Late entries: an instant of the past, or a time that begins with it, as the fields of the dialog have it. */
import type { Kind, Status } from "../api/types";
import { DAY_MS, instantOf } from "./times";

/** What is known of a late entry before somebody types: it is of the picture that is played. */
export interface Given {
  /** UTC, in whole milliseconds. */
  atMs: number;
  /** The channel that shows it. */
  channel: string;
  /** Of its kind; null: the kind is to be chosen. */
  code: string | null;
  /** Its recording, with which what began in it has ended, too; null: the recording still runs. */
  within: { fromMs: number; toMs: number } | null;
}

export interface LateTime {
  fromMs: number;
  /** Null: an instant, or a span that is open. */
  toMs: number | null;
}

/** What is wrong with the instant. */
export type WrongBegin = "when" | "future";
/** What is wrong with the end of a span: no time, missing, before the beginning, after the recording, not come yet. */
export type WrongEnd = "until" | "missing" | "order" | "over" | "untilFuture";

/** So much later than the recording's last picture a span may end: people type whole seconds. */
const SECOND_MS = 1000;

export interface Typed {
  /** Null: what was typed is no instant. */
  atMs: number | null;
  /** The field of the end; null: the kind is no span. */
  until: string | null;
  /** As of `Given`. */
  within: Given["within"];
  /** What began before has ended; see `openFrom`. */
  openFromMs: number;
}

/**
 * What is to be entered, or what is wrong with it. An end without a day is the first such time after the beginning; one
 * of the same second as the beginning is the beginning itself, for people type whole seconds.
 */
export function lateTime(typed: Typed, nowMs: number): LateTime | WrongBegin | WrongEnd {
  const { atMs, until } = typed;
  if (atMs === null) return "when";
  if (atMs > nowMs) return "future";
  return until === null ? { fromMs: atMs, toMs: null } : span(atMs, until, typed, nowMs);
}

function span(atMs: number, until: string, { within, openFromMs }: Typed, nowMs: number): LateTime | WrongEnd {
  const isWithin = within !== null && atMs >= within.fromMs && atMs <= within.toMs + SECOND_MS;
  if (until.trim() === "") return !isWithin && atMs >= openFromMs ? { fromMs: atMs, toMs: null } : "missing";
  const toMs = endOf(until, atMs);
  if (toMs === null) return "until";
  if (toMs < atMs) return "order";
  if (toMs > nowMs) return "untilFuture";
  return isWithin && toMs > within.toMs + SECOND_MS ? "over" : { fromMs: atMs, toMs };
}

function endOf(until: string, atMs: number): number | null {
  const secondMs = Math.floor(atMs / SECOND_MS) * SECOND_MS;
  const toMs = instantOf(until, secondMs + DAY_MS - 1);
  return toMs === secondMs ? atMs : toMs;
}

/** Since when a span may still be open: since the recording that runs, or the end of the last one. UTC in milliseconds. */
export function openFrom(
  status: Pick<Status, "utc" | "recording_id" | "recording_seconds">,
  lastEndUtc: string | null,
): number {
  if (status.recording_id !== null) return Date.parse(status.utc) - status.recording_seconds * 1000 - SECOND_MS;
  return lastEndUtc === null ? -Infinity : Date.parse(lastEndUtc);
}

export function isOfBegin(wrong: WrongBegin | WrongEnd): wrong is WrongBegin {
  return wrong === "when" || wrong === "future";
}

/** Where typing begins: what is given already is passed over. */
export function firstField(
  given: Given | null,
  kind: Kind | undefined,
): "when" | "kind" | "until" | "fields" | "words" {
  if (given === null) return "when";
  if (kind === undefined) return "kind";
  if (kind.is_span && given.within !== null) return "until";
  return kind.fields.length > 0 ? "fields" : "words";
}
