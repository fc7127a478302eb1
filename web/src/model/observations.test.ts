import { expect, test } from "vitest";
import type { Kind, Observation } from "../api/types";
import { buttonsOf, fieldValue, lastOfPeople, lateInstant, noteKind, numbered } from "./observations";

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
  ["14:31:37", "2026-11-26T14:31:37.000Z"],
  [" 9:00:00.5 ", "2026-11-26T09:00:00.500Z"],
  ["23:59:59", "2026-11-25T23:59:59.000Z"],
  ["14:31", null],
  ["25:00:00", null],
  ["now", null],
])("a late time %s is %s", (text, instant) => {
  expect(lateInstant(text, Date.parse("2026-11-26T14:32:07Z"))).toBe(instant);
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
