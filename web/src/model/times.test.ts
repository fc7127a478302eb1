import { expect, test } from "vitest";
import { dayAndTime, dayOf, instantOf, timeBetween, writtenInstant } from "./times";

test.each([
  ["2026-11-26", "2026-11-26T00:00:00.000Z", false],
  [" 2026-11-26 13:30 ", "2026-11-26T13:30:00.000Z", true],
  ["2026-11-26T13:30:07.5Z", "2026-11-26T13:30:07.500Z", true],
])("%s is %s", (text, instant, hasTime) => {
  expect(dayAndTime(text)).toEqual({ ms: Date.parse(instant), hasTime });
});

test.each(["", "26.11.2026", "2026-02-30", "2026-11-26 25:00", "2026-11-26 13", "13:30", "2026-11-2", "today"])(
  "%s is no day",
  (text) => {
    expect(dayAndTime(text)).toBeNull();
  },
);

test("a day is searched whole, a time of day to the minute, and an empty field is no limit", () => {
  const day = { from: "2026-11-26T00:00:00.000Z", to: "2026-11-27T00:00:00.000Z" };
  expect(timeBetween("2026-11-26", "2026-11-26")).toEqual(day);
  const hour = { from: "2026-11-26T13:30:00.000Z", to: "2026-11-26T14:30:00.000Z" };
  expect(timeBetween("2026-11-26 13:30", "2026-11-26 14:30")).toEqual(hour);
  expect(timeBetween("", " ")).toEqual({ from: null, to: null });
  expect(timeBetween("2026-11-26", "")).toEqual({ ...day, to: null });
});

test("it says which field is wrong", () => {
  expect(timeBetween("26.11.", "")).toBe("from");
  expect(timeBetween("2026-11-26", "tomorrow")).toBe("to");
  expect(timeBetween("2026-11-26", "2026-11-25")).toBe("order");
  expect(timeBetween("2026-11-26 13:30", "2026-11-26 13:30")).toBe("order");
});

const NOW = Date.parse("2026-05-04T12:00:00Z");

test.each([
  ["2026-05-04 03:02:01", "2026-05-04T03:02:01.000Z"],
  [" 2026-05-03T23:59 ", "2026-05-03T23:59:00.000Z"],
  ["2025-12-31 23:59:59.987", "2025-12-31T23:59:59.987Z"],
  ["11:59", "2026-05-04T11:59:00.000Z"],
  ["12:00:00", "2026-05-04T12:00:00.000Z"],
  ["12:00:01", "2026-05-03T12:00:01.000Z"],
  [" 9:00:00.5 ", "2026-05-04T09:00:00.500Z"],
  ["23:59:59Z", "2026-05-03T23:59:59.000Z"],
  ["2026-05-05 00:00:01", "2026-05-05T00:00:01.000Z"],
])("%s is the instant %s: without a day the last such time", (text, instant) => {
  expect(new Date(instantOf(text, NOW) ?? 0).toISOString()).toBe(instant);
});

test.each(["", "noon", "now", "2026-02-30 10:00:00", "25:00", "24:00", "14:60:00", "14:31:60", "1431", "2026-05-04"])(
  "%s is no instant",
  (text) => {
    expect(instantOf(text, NOW)).toBeNull();
  },
);

test("over midnight a time alone is the one just before it", () => {
  const afterMidnight = Date.parse("2026-05-04T00:00:20Z");
  expect(instantOf("23:59:50", afterMidnight)).toBe(afterMidnight - 30_000);
  expect(instantOf("00:00:20", afterMidnight)).toBe(afterMidnight);
});

test.each([
  [NOW, "12:00:00"],
  [NOW - 2520, "11:59:57.480"],
  [NOW - 12 * 3_600_000, "00:00:00"],
  [NOW - 12 * 3_600_000 - 1, "2026-05-03 23:59:59.999"],
  [NOW - 40 * 86_400_000, "2026-03-25 12:00:00"],
  [NOW + 1000, "2026-05-04 12:00:01"],
])("the instant %i is written as %s, and read as it was", (ms, text) => {
  expect(writtenInstant(ms, NOW)).toBe(text);
  expect(instantOf(text, NOW)).toBe(ms);
});

test("a second on or back is that second, over midnight too", () => {
  for (let ms = Date.parse("2026-05-03T23:59:57.250Z"); ms < NOW - 12 * 3_600_000 + 3000; ms += 1000) {
    expect(instantOf(writtenInstant(ms, NOW), NOW)).toBe(ms);
  }
  expect(dayOf(NOW)).toBe("2026-05-04");
});
