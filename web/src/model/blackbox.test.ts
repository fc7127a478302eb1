import { expect, test } from "vitest";
import type { HeldStretch } from "../api/types";
import { heldOf, placed, reachOf, wantedOf, written } from "./blackbox";

const DAY = Date.parse("2026-05-04T00:00:00Z");
const NOW = DAY + 12 * 3_600_000;
const at = (clock: string): string => `2026-05-04T${clock}Z`;

function stretch(channel: string, from: string, to: string): HeldStretch {
  return { channel, from_utc: at(from), to_utc: at(to), files: 2, bytes: 10 };
}

const held = heldOf(
  [
    stretch("Bow", "03:00:00", "04:00:00"),
    stretch("Bow", "05:00:00", "06:00:00"),
    stretch("Stern", "03:30:00", "04:00:00"),
  ],
  new Map([
    ["Bow", true],
    ["Stern", false],
    ["TMS", false],
  ]),
  NOW,
);

test("what is being written reaches until now, and a channel of which nothing is held is there too", () => {
  expect(held.map((one) => [one.channel, one.pieces.length, one.files, one.bytes])).toEqual([
    ["Bow", 2, 4, 20],
    ["Stern", 1, 2, 10],
    ["TMS", 0, 0, 0],
  ]);
  expect(held[0]?.pieces[1]?.toMs).toBe(NOW);
  expect(held[1]?.pieces[0]?.toMs).toBe(Date.parse(at("04:00:00")));
  expect(reachOf(held)).toEqual({ fromMs: Date.parse(at("03:00:00")), toMs: NOW });
  expect(reachOf([])).toBeNull();
});

test("a piece is drawn where it lies, and never beyond the ends", () => {
  const whole = { fromMs: 0, toMs: 200 };
  expect(placed({ fromMs: 50, toMs: 100 }, whole)).toEqual({ left: 25, width: 25 });
  expect(placed({ fromMs: -50, toMs: 300 }, whole)).toEqual({ left: 0, width: 100 });
  expect(placed({ fromMs: 300, toMs: 400 }, whole)).toEqual({ left: 100, width: 0 });
});

test("the fields have days and whole seconds", () => {
  expect(written(NOW + 999)).toBe("2026-05-04 12:00:00");
});

test.each([
  ["x", "11:00", "from"],
  ["03:10", "x", "to"],
  ["03:10", "03:10", "order"],
  ["03:10", "2026-05-04 12:00:01", "future"],
  ["01:00", "02:00", "nothing"],
] as const)("from %s to %s: wrong is %s", (from, to, wrong) => {
  expect(wantedOf(from, to, NOW, held)).toBe(wrong);
});

test("a stretch of which something is held may be kept, also where it begins before", () => {
  expect(wantedOf("01:00", "03:00:01", NOW, held)).toEqual({
    fromMs: Date.parse(at("01:00:00")),
    toMs: Date.parse(at("03:00:01")),
  });
});
