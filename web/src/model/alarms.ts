/** Alarms as the operator meets them: each stays until it has been seen and is over. The recorder keeps both. */
import type { Alarm, Status } from "../api/types";

export interface ShownAlarm {
  key: string;
  alarm: Alarm;
  /** The reason is gone; the line stays until it has been seen. */
  isOver: boolean;
  isSeen: boolean;
}

/** Those of now as the recorder sorts them, then those that are over. */
export function shownAlarms(status: Status): ShownAlarm[] {
  return [...status.alarms, ...status.alarms_over].map((alarm) => ({
    key: [alarm.kind, alarm.channel ?? "", alarm.since_utc, alarm.over_utc ?? ""].join(" "),
    alarm,
    isOver: alarm.over_utc !== null,
    isSeen: alarm.seen_utc !== null,
  }));
}

/** Whether something stands that is worse than before: a new alarm, or a warning that has become one. */
export function isWorse(before: readonly ShownAlarm[], now: readonly ShownAlarm[]): boolean {
  const loud = (shown: readonly ShownAlarm[]): string[] =>
    shown.filter((one) => one.alarm.severity === "alarm" && !one.isOver).map((one) => one.key);
  const known = new Set(loud(before));
  return loud(now).some((key) => !known.has(key));
}

export function unseen(shown: readonly ShownAlarm[]): ShownAlarm[] {
  return shown.filter((one) => !one.isSeen);
}

/** The room in which more is said of an alarm of this kind; null where there is none. */
export function viewOf(kind: Alarm["kind"]): string | null {
  return kind === "copy_failed" || kind === "copy_behind" || kind === "blackbox_not_recording" ? "copies" : null;
}
