/** Alarms as the operator meets them: each stays until it has been seen and is over. */
import type { Alarm } from "../api/types";

export interface ShownAlarm {
  key: string;
  alarm: Alarm;
  /** The reason is gone; the line stays until it has been seen. */
  isOver: boolean;
  /** UTC in milliseconds of when it was seen; null as long as it is new. */
  seenMs: number | null;
}

export function keyOf(alarm: Alarm): string {
  return [alarm.kind, alarm.channel ?? "", alarm.since_utc].join(" ");
}

/** The list with the recorder's alarms of now. New ones come as the recorder sorts them, those that are over last. */
export function follow(shown: readonly ShownAlarm[], now: readonly Alarm[]): ShownAlarm[] {
  const before = new Map(shown.map((one) => [one.key, one]));
  const current = now.map((alarm) => {
    const key = keyOf(alarm);
    const known = before.get(key);
    before.delete(key);
    // An alarm that has become worse has to be seen again.
    const isWorse = known?.alarm.severity === "warning" && alarm.severity === "alarm";
    return { key, alarm, isOver: false, seenMs: isWorse ? null : (known?.seenMs ?? null) };
  });
  const over = [...before.values()].filter((one) => one.seenMs === null).map((one) => ({ ...one, isOver: true }));
  return [...current, ...over];
}

/** The list after somebody has seen one of them. */
export function see(shown: readonly ShownAlarm[], key: string, nowMs: number): ShownAlarm[] {
  return shown
    .map((one) => (one.key === key ? { ...one, seenMs: one.seenMs ?? nowMs } : one))
    .filter((one) => !(one.isOver && one.seenMs !== null));
}

export function unseen(shown: readonly ShownAlarm[]): ShownAlarm[] {
  return shown.filter((one) => one.seenMs === null);
}
