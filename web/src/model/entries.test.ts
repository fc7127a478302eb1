import { expect, test } from "vitest";
import { narrowed } from "./entries";

const all = [
  { code: "AN", name: "AN-001", text: "Anode, half gone" },
  { code: "FS", name: "FS-001", text: "Free span" },
  { code: "", name: "Still", text: "Bow" },
];

test.each([
  ["", "", 3],
  ["", "FS", 1],
  ["anode  HALF", "", 1],
  ["bow", "", 1],
  ["half", "AN", 1],
  ["free", "AN", 3],
  ["a word of the file's name", "", 3],
])("searched for %o of the kind %o: %i are shown", (text, kind, count) => {
  expect(narrowed(all, { text, kind })).toHaveLength(count);
});
