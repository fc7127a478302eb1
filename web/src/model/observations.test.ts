import { expect, test } from "vitest";
import type { Kind, Observation } from "../api/types";
import { buttonsOf, fieldValue, keysOf, lastOfPeople, noteKind, numbered } from "./observations";

function kind(code: string, more: Partial<Kind> = {}): Kind {
  return {
    code,
    label: code,
    class: "finding",
    is_span: false,
    colour: "#4f9dde",
    key: "",
    fields: [],
    takes_still: false,
    clip_seconds: 0,
    takes_span_clip: false,
    open: null,
    ...more,
  };
}

const observation = (id: string, more: Partial<Observation> = {}) =>
  ({ id, code: "AN", number: 41, state: "point", entered_by: "page", ...more }) as Observation;

test("a number has three digits at least", () => {
  expect(numbered({ code: "AN", number: 41 })).toBe("AN-041");
  expect(numbered({ code: "FS", number: 1204 })).toBe("FS-1204");
});

test("kinds have a digit by their place, and their letter where the page does not need it", () => {
  const kinds = [kind("AN", { key: "a" }), kind("NOTE", { class: "note", key: "n" }), kind("FJ", { key: "J" })];
  const buttons = buttonsOf(kinds, []);
  expect(buttons.map(({ kind: { code }, digit, letter }) => [code, digit, letter])).toEqual([
    ["AN", "1", null],
    ["FJ", "2", "j"],
  ]);
  expect(noteKind(kinds)?.code).toBe("NOTE");
  expect(
    buttonsOf(
      Array.from({ length: 11 }, () => kind("X")),
      [],
    ).at(-1)?.digit,
  ).toBeNull();
});

test("each digit and each letter presses its kind", () => {
  const buttons = buttonsOf([kind("AN", { key: "i" }), kind("DB"), kind("FS", { key: "p" })], []);
  expect(keysOf(buttons).map(({ key, kind: { code } }) => [key, code])).toEqual([
    ["1", "AN"],
    ["i", "AN"],
    ["2", "DB"],
    ["3", "FS"],
    ["p", "FS"],
  ]);
});

test("the button of a span knows the one that is open", () => {
  const [button] = buttonsOf([kind("FS", { open: "o1" })], [observation("o2"), observation("o1")]);
  expect(button?.open?.id).toBe("o1");
});

test("what rules have entered, and what was withdrawn, is not taken back", () => {
  const rows = [
    observation("rule", { entered_by: "automatic" }),
    observation("gone", { state: "withdrawn" }),
    observation("mine"),
  ];
  expect(lastOfPeople(rows)?.id).toBe("mine");
  expect(lastOfPeople([])).toBeNull();
});

test.each([
  ["number", "0,4", 0.4],
  ["distance", " 12 ", 12],
  ["clock", "", ""],
  ["number", "much", "much"],
  ["text", "12", "12"],
] as const)("a field of type %s sends %s as %s", (type, text, value) => {
  expect(fieldValue(type, text)).toBe(value);
});
