import { expect, test } from "vitest";
import { Typed } from "./typed";

const shown = (): boolean => true;

test("nothing is typed where a field was only gone into, or has again what it had", () => {
  const typed = new Typed<string>();
  typed.begin("words", "as it was");
  expect(typed.isThere(shown)).toBe(false);
  typed.change("words", "as it was not");
  expect(typed.isThere(shown)).toBe(true);
  typed.begin("words", "as it was not");
  typed.change("words", "as it was");
  expect(typed.isThere(shown)).toBe(false);
});

test("a field that was changed unseen counts, one that is there no more does not", () => {
  const typed = new Typed<string>();
  typed.change("kind", "AN");
  expect(typed.isThere(shown)).toBe(true);
  expect(typed.isThere((field) => field !== "kind")).toBe(false);
});
