import { expect, test } from "vitest";
import { drawn } from "./windowed";

const ROW = 50;

test("a short list is drawn whole", () => {
  expect(drawn(200, ROW, 0, 500)).toEqual({ from: 0, to: 200 });
});

test.each([0, 990, 4_999_000, 5_000_000, -400])("what is in sight at %i of a long one is drawn", (top) => {
  const { from, to } = drawn(100_000, ROW, top, 500);
  const first = Math.min(Math.max(0, Math.floor(top / ROW)), 99_999);
  const last = Math.min(100_000, Math.max(0, Math.ceil((top + 500) / ROW)));
  expect(from).toBeLessThanOrEqual(first);
  expect(to).toBeGreaterThanOrEqual(last);
  expect(to - from).toBeLessThan(100);
});

test("scrolling by a few rows draws nothing new", () => {
  expect(drawn(100_000, ROW, 50_000, 500)).toEqual(drawn(100_000, ROW, 50_200, 500));
});
