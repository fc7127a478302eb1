import { expect, test } from "vitest";
import { age, bytes, clockOfDay, clockTenths, day, duration, fileName, shortDuration, timeLeft } from "./figures";

test.each([
  [0, "00:00:00"],
  [5047.9, "01:24:07"],
  [360_000, "100:00:00"],
  [-1, "00:00:00"],
])("%d s are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test.each([
  [null, "–"],
  [41_400, "11.5 h"],
  [2520, "42 min"],
  [172_800, "2 d"],
  [0, "0 min"],
])("a disk that lasts %s s is shown as %s", (seconds, text) => {
  expect(timeLeft(seconds)).toBe(text);
});

test("times are UTC, whatever the zone of the browser", () => {
  expect(clockTenths("2026-05-04T05:02:01.123+02:00")).toBe("03:02:01.1");
  expect(day("2026-11-26T23:59:59Z", "en")).toContain("26");
});

test("a time of another day says its day", () => {
  const nowMs = Date.parse("2026-11-26T00:10:00Z");
  expect(clockOfDay("2026-11-26T00:00:00Z", nowMs)).toBe("00:00:00");
  expect(clockOfDay("2026-11-25T23:59:59.9Z", nowMs)).toBe("2026-11-25 23:59:59");
});

test("ages, sizes and names", () => {
  expect([age(0.44), age(14.2), age(200), age(9000)]).toEqual(["0.4 s", "14 s", "3 min", "2 h"]);
  expect([bytes(999), bytes(1_100_000), bytes(38_100_000_000)]).toEqual(["999 B", "1.1 MB", "38 GB"]);
  expect([shortDuration(102), shortDuration(3700)]).toEqual(["01:42", "01:01:40"]);
  expect([fileName("/data/a b.mp4"), fileName("C:\\data\\x.mp4")]).toEqual(["a b.mp4", "x.mp4"]);
});
