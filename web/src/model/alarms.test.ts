import { expect, test } from "vitest";
import type { Alarm, Status } from "../api/types";
import { isWorse, shownAlarms, unseen } from "./alarms";

const alarm = (kind: string, more: Partial<Alarm> = {}): Alarm =>
  ({ kind, channel: null, since_utc: "t", severity: "alarm", over_utc: null, seen_utc: null, ...more }) as Alarm;

const shown = (alarms: Alarm[], over: Alarm[] = []) => shownAlarms({ alarms, alarms_over: over } as unknown as Status);

test("those that are over come last, and stay until they are seen", () => {
  const list = shown([alarm("disk_low", { seen_utc: "t" })], [alarm("camera_failed", { over_utc: "t" })]);
  expect(list.map((one) => [one.alarm.kind, one.isOver, one.isSeen])).toEqual([
    ["disk_low", false, true],
    ["camera_failed", true, false],
  ]);
  expect(unseen(list).map((one) => one.alarm.kind)).toEqual(["camera_failed"]);
});

test("only what is worse than before is heard", () => {
  const warning = shown([alarm("disk_low", { severity: "warning" })]);
  const worse = shown([alarm("disk_low")]);
  const over = shown([], [alarm("disk_low", { over_utc: "t" })]);
  expect([isWorse([], warning), isWorse(warning, worse), isWorse(worse, worse), isWorse(worse, over)]).toEqual([
    false,
    true,
    false,
    false,
  ]);
});
