import { expect, test } from "vitest";
import { numberOrNull, textOf } from "./fields";

test("an empty field is no number, and a decimal comma is one", () => {
  expect(numberOrNull(" ")).toBeNull();
  expect(numberOrNull("x")).toBeNull();
  expect(numberOrNull("2,5")).toBe(2.5);
  expect(numberOrNull("0")).toBe(0);
});

test("a field begins with what the table says", () => {
  const table = { name: "Bow", preroll_seconds: 2.5, picture_watch: false };
  expect(["name", "preroll_seconds", "picture_watch", "input"].map((key) => textOf(table, key))).toEqual([
    "Bow",
    "2.5",
    "",
    "",
  ]);
});
