import { expect, test } from "vitest";
import type { HistoryRow } from "./strip";
import { drawn, positionAt, roundBelow, trackOf, type Track } from "./track";

function row(second: number, values: HistoryRow["values"]): HistoryRow {
  return { utc: new Date(second * 1000).toISOString(), values };
}

function track(...rows: HistoryRow[]): Track {
  const found = trackOf(rows);
  if (found === null) throw new Error("no track");
  return found;
}

const SQUARE = [
  row(0, { easting: 1000, northing: 5000 }),
  row(1, { easting: 1100, northing: 5000 }),
  row(2, { easting: 1100, northing: 5100 }),
];

test("it goes by the survey's grid where there is one, and its length is counted", () => {
  const found = track(...SQUARE);
  expect(found.length).toBe(200);
  expect(found.newest).toEqual({ east: 1100, north: 5100, time: 2 });
});

test("degrees become metres; those of longitude are shorter in the north", () => {
  const found = track(row(0, { latitude: 60, longitude: 2 }), row(1, { latitude: 60, longitude: 2.001 }));
  expect(found.length).toBeCloseTo(55.66, 1);
});

test("where there was no position there is no line, and none is counted", () => {
  const found = track(...SQUARE.slice(0, 2), row(2, { easting: null }), row(3, { easting: 9000, northing: 9000 }));
  expect(found.pieces.map((piece) => piece.length)).toEqual([2, 1]);
  expect(found.length).toBe(100);
});

test("without a position there is no track", () => {
  expect(trackOf([row(0, { depth: 5 })])).toBeNull();
  expect(trackOf([])).toBeNull();
});

test("an observation is where the vehicle was then", () => {
  const found = track(...SQUARE);
  expect(positionAt(found, 1.5)?.east).toBe(1100);
  expect(positionAt(found, 1.5)?.north).toBe(5000);
  expect(positionAt(found, -1)).toBeNull();
});

test("north is up, east is right, and the scale is the same both ways", () => {
  const drawing = drawn(track(...SQUARE), 300, 200, 20);
  expect(drawing.lines).toEqual(["70.0,180.0 230.0,180.0 230.0,20.0"]);
  expect(drawing.bar).toEqual({ metres: 20, width: 32 });
});

test("a vehicle that stands still is in the middle", () => {
  const still = track(row(0, { easting: 5, northing: 5 }));
  expect(drawn(still, 300, 200, 20).place(still.newest)).toEqual({ x: 150, y: 100 });
});

test("bars are round", () => {
  expect([0.3, 1, 19, 20, 499, 5000].map(roundBelow)).toEqual([0.2, 1, 10, 20, 200, 5000]);
});
