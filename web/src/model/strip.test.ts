import { describe, expect, test } from "vitest";
import { drawable, drawnFirst, stripOf, value, type HistoryRow } from "./strip";

const ROWS: HistoryRow[] = [
  { utc: "2026-05-04T03:00:00Z", values: { depth: 10, mode: "auto", kp: null } },
  { utc: "2026-05-04T03:00:05Z", values: { depth: 14.5, mode: "auto", kp: null } },
  { utc: "2026-05-04T03:00:10Z", values: { depth: null, mode: "auto", kp: null } },
];

describe("a strip chart", () => {
  test("has the values of one field, and what is said of them", () => {
    const strip = stripOf(ROWS, "depth");
    expect(strip.values).toEqual([10, 14.5, null]);
    expect(strip).toMatchObject({ least: 10, most: 14.5, now: null, noneFor: 5 });
    expect(strip.times[1]).toBe(Date.parse("2026-05-04T03:00:05Z") / 1000);
  });

  test("of a field without numbers, and of no rows, is empty", () => {
    expect(stripOf(ROWS, "mode")).toMatchObject({ least: null, most: null, now: null, noneFor: 0 });
    expect(stripOf([], "depth")).toMatchObject({ times: [], now: null });
    expect(drawable(ROWS)).toEqual(["depth"]);
    expect(drawnFirst(["a", "b", "depth", "heading"], 3)).toEqual(["depth", "heading", "a"]);
  });
});

test.each([
  [142.31, "142.31"],
  [-0.84, "−0.84"],
  [12.847, "12.847"],
  [0.1 + 0.2, "0.3"],
  [8, "8"],
  [6_512_884.13, "6\u202f512\u202f884.1"],
  ["auto", "auto"],
  [null, "– – –"],
])("%s is written as %s", (given, shown) => {
  expect(value(given, "depth", "m")).toBe(shown);
});

test("a place far away is written to the metre and better", () => {
  expect(value(128.3407, "kp", "km")).toBe("128.341");
  expect(value(-110.25123456, "longitude", "°")).toBe("−110.251235");
});
