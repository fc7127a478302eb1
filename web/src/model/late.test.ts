import { describe, expect, test } from "vitest";
import type { Kind } from "../api/types";
import { firstField, isOfBegin, lateTime, openFrom } from "./late";

const NOW = Date.parse("2026-11-26T14:32:07Z");
const AT = Date.parse("2026-11-25T23:59:50.480Z");

const OVER = Date.parse("2026-11-26T00:30:00Z");

function late(
  until: string | null,
  overMs: number | null = null,
  atMs: number | null = AT,
  openFromMs = -Infinity,
): ReturnType<typeof lateTime> {
  const within = overMs === null ? null : { fromMs: AT - 60_000, toMs: overMs };
  return lateTime({ atMs, until, within, openFromMs }, NOW);
}

describe("an instant", () => {
  test("of any day keeps its milliseconds", () => {
    expect(late(null)).toEqual({ fromMs: AT, toMs: null });
    expect(late(null, OVER, NOW)).toEqual({ fromMs: NOW, toMs: null });
    expect(late(null, OVER, AT - 400 * 86_400_000)).toEqual({ fromMs: AT - 400 * 86_400_000, toMs: null });
  });

  test("that has not come yet, and what is none, is refused", () => {
    expect(late(null, null, NOW + 1)).toBe("future");
    expect(late("00:00:10", null, NOW + 1)).toBe("future");
    expect(late(null, null, null)).toBe("when");
  });
});

describe("the end of a span", () => {
  test("without a day is the first such time after the beginning, over midnight too", () => {
    expect(late("00:00:10")).toEqual({ fromMs: AT, toMs: Date.parse("2026-11-26T00:00:10Z") });
    expect(late("23:59:50.480")).toEqual({ fromMs: AT, toMs: AT });
    expect(late("2026-11-26 14:32")).toEqual({ fromMs: AT, toMs: Date.parse("2026-11-26T14:32:00Z") });
  });

  test("may be missing only where it may still be open", () => {
    expect(late(" ")).toEqual({ fromMs: AT, toMs: null });
    expect(late(" ", OVER)).toBe("missing");
    expect(late(" ", null, AT, AT + 1)).toBe("missing");
    expect(late(" ", OVER, AT - 120_000, AT)).toBe("missing");
    const status = { utc: "2026-11-26T14:32:07Z", recording_id: "r", recording_seconds: 60 };
    expect(openFrom(status, null)).toBe(NOW - 61_000);
    expect(openFrom({ ...status, recording_id: null }, "2026-11-26T14:00:00Z")).toBe(NOW - 1_927_000);
    expect(openFrom({ ...status, recording_id: null }, null)).toBe(-Infinity);
  });

  test("in the second of the beginning is the beginning", () => {
    expect(late("23:59:50")).toEqual({ fromMs: AT, toMs: AT });
  });

  test("of another day than the played recording is not held against that one", () => {
    const before = AT - 3_600_000;
    expect(late("23:00:00", OVER, before)).toEqual({ fromMs: before, toMs: AT - 3_590_480 });
    expect(late("02:00:00", OVER, OVER + 1001)).toEqual({ fromMs: OVER + 1001, toMs: OVER + 5_400_000 });
  });

  test("before the beginning, after now, or no time is refused", () => {
    expect(late("2026-11-25 23:59:49")).toBe("order");
    expect(late("23:59:49")).toBe("untilFuture");
    expect(late("2026-11-26 14:32:08")).toBe("untilFuture");
    expect(late("soon")).toBe("until");
  });

  test("lies in the recording that is over, to the second", () => {
    expect(late("00:30:01", OVER)).toEqual({ fromMs: AT, toMs: OVER + 1000 });
    expect(late("00:30:02", OVER)).toBe("over");
    expect(late("23:59:49.9", OVER)).toBe("untilFuture");
  });

  test("is said beside its own field", () => {
    expect((["when", "future", "until", "missing", "order", "over", "untilFuture"] as const).map(isOfBegin)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

const ANODE: Kind = {
  code: "AN",
  label: "Anode",
  class: "finding",
  is_span: false,
  colour: "#4f9dde",
  key: "",
  fields: [{ name: "clock", type: "clock", unit: "", choices: [] }],
  takes_still: false,
  clip_seconds: 0,
  takes_span_clip: false,
  open: null,
};

test("typing begins at what is not given yet", () => {
  const given = { atMs: AT, channel: "Bow", code: "AN", within: { fromMs: AT - 60_000, toMs: OVER } };
  const span = { ...ANODE, is_span: true };
  expect(firstField(null, undefined)).toBe("when");
  expect(firstField({ ...given, code: null }, undefined)).toBe("kind");
  expect(firstField(given, ANODE)).toBe("fields");
  expect(firstField(given, { ...ANODE, fields: [] })).toBe("words");
  expect(firstField(given, span)).toBe("until");
  expect(firstField({ ...given, within: null }, span)).toBe("fields");
});
