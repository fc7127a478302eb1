import { expect, test } from "vitest";
import { resized, wallOf } from "./layout";
import type { Tile } from "./tiles";

function tiles(count: number, dead: number[] = []): Tile[] {
  return Array.from(
    { length: count },
    (_, at) => ({ name: `C${at}`, trouble: dead.includes(at) ? "dead" : "none", recorded: "yes" }) as Tile,
  );
}

test.each([
  [1, 1, 1],
  [2, 2, 1],
  [4, 2, 2],
  [5, 3, 2],
  [9, 3, 3],
  [16, 4, 4],
])("%i channels get %i columns and %i rows", (count, columns, rows) => {
  const wall = wallOf(tiles(count), "auto");
  expect([wall.columns, wall.rows, wall.shown.length]).toEqual([columns, rows, count]);
});

test("a chosen layout stays, and names the channels in trouble that have no tile", () => {
  const wall = wallOf(tiles(9, [7]), 4);
  expect(wall.shown.map((one) => one.name)).toEqual(["C0", "C1", "C2", "C3"]);
  expect(wall.hidden.map((one) => one.name)).toEqual(["C7"]);
});

test("in automatic layout a channel in trouble takes the place of the last healthy one", () => {
  const wall = wallOf(tiles(18, [17]), "auto");
  expect(wall.shown.at(-1)?.name).toBe("C17");
  expect(wall.hidden).toEqual([]);
});

test("in automatic layout the healthy ones without a tile are named, and in a chosen one nobody misses them", () => {
  const all = tiles(18, [17]);
  expect(wallOf(all, "auto").beyond.map((one) => one.name)).toEqual(["C15", "C16"]);
  expect(wallOf(all, 4).beyond).toEqual([]);
});

test("more and fewer tiles end at one and at sixteen", () => {
  expect([resized("auto", 9, 1), resized(16, 9, 1), resized(4, 9, -1), resized(1, 9, -1)]).toEqual([16, 16, 1, 1]);
});

test("no channel at all is no fault", () => {
  expect(wallOf([], "auto").shown).toEqual([]);
});
