import { expect, test } from "vitest";
import { archiveOf, beginningAt, endingAt } from "./stretch";

const whole = { startMs: 0, endMs: 100 };

test("either end is set, and never lies behind the other", () => {
  expect(beginningAt({ fromMs: 0, toMs: 50 }, 20, whole)).toEqual({ fromMs: 20, toMs: 50 });
  expect(beginningAt({ fromMs: 0, toMs: 50 }, 60, whole)).toEqual({ fromMs: 60, toMs: 100 });
  expect(endingAt({ fromMs: 20, toMs: 50 }, 40, whole)).toEqual({ fromMs: 20, toMs: 40 });
  expect(endingAt({ fromMs: 20, toMs: 50 }, 10, whole)).toEqual({ fromMs: 0, toMs: 10 });
});

test("its archive has an address, unless nothing is left", () => {
  expect(archiveOf({ fromMs: 0, toMs: 1500 })).toBe(
    "/api/v1/archive.zip?from=1970-01-01T00%3A00%3A00.000Z&to=1970-01-01T00%3A00%3A01.500Z",
  );
  expect(archiveOf({ fromMs: 5, toMs: 5 })).toBeNull();
});
