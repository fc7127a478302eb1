import { expect, test } from "vitest";
import { dayAndTime, timeBetween } from "./times";

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
