import { expect, test } from "vitest";
import { LINES_SHOWN, newestLines } from "./lines";

const line = (number: number): { number: number } => ({ number });

test("the newest come first", () => {
  expect(newestLines([line(1), line(0)], [line(2), line(3)])).toEqual([line(3), line(2), line(1), line(0)]);
});

test("not more than can be read are kept", () => {
  const many = Array.from({ length: 80 }, (_, number) => line(number));
  expect(newestLines([], many)).toHaveLength(LINES_SHOWN);
  expect(newestLines([], many)[0]).toEqual(line(79));
});

test("numbers that begin again replace all that was shown", () => {
  expect(newestLines([line(7)], [line(0), line(1)])).toEqual([line(1), line(0)]);
});
