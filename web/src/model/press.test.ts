import { expect, test } from "vitest";
import { isPlain, pressesButton, type Press } from "./press";

const pressed = (key: string, held: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...held,
});

test("a key with Ctrl, Alt or Meta is the browser's", () => {
  expect(isPlain(pressed("s"))).toBe(true);
  for (const held of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) {
    expect(isPlain(pressed("s", held))).toBe(false);
  }
});

test("brackets that a keyboard has only with Option are the page's", () => {
  expect(isPlain(pressed("[", { altKey: true }))).toBe(true);
  expect(isPlain(pressed("]", { altKey: true }))).toBe(true);
  expect(isPlain(pressed("[", { altKey: true, ctrlKey: true }))).toBe(false);
  expect(isPlain(pressed("]", { metaKey: true }))).toBe(false);
});

test("a button that was reached with the keyboard is pressed by the space bar", () => {
  expect(pressesButton(" ", true, false)).toBe(true);
  expect(pressesButton("s", true, false)).toBe(false);
  expect(pressesButton(" ", false, false)).toBe(false);
});

test("after a click the space bar stays the page's", () => {
  expect(pressesButton(" ", true, true)).toBe(false);
});
