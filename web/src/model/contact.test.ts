import { expect, test } from "vitest";
import { contactAt } from "./contact";

test("a status is true for two seconds", () => {
  expect(contactAt(3000, 1000, 0, 100_000).isUp).toBe(true);
  expect(contactAt(3001, 1000, 0, 100_000).isUp).toBe(false);
  expect(contactAt(3500, 1000, 0, 100_000)).toEqual({
    isUp: false,
    seconds: 2.5,
    isClockStopped: false,
    lastMs: 97_500,
  });
});

test("before the first one nothing is known", () => {
  expect(contactAt(700, null, 200, 100_000)).toEqual({
    isUp: false,
    seconds: 0.5,
    isClockStopped: false,
    lastMs: null,
  });
});
