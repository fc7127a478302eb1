import { expect, test } from "vitest";
import { inkOn, luminance } from "./colour";

test.each([
  ["#ffffff", "dark"],
  ["#f0d000", "dark"],
  ["#4f9dde", "dark"],
  ["#203040", "light"],
  ["#000000", "light"],
  ["not a colour", "dark"],
] as const)("on %s the %s ink is readable", (colour, ink) => {
  expect(inkOn(colour)).toBe(ink);
});

test("luminance is that of WCAG", () => {
  expect(luminance("#ffffff")).toBeCloseTo(1);
  expect(luminance("#808080")).toBeCloseTo(0.2159, 3);
});
