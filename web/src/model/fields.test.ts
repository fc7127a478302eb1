import { expect, test } from "vitest";
import { numberTyped, textOf } from "./fields";

test("an empty field is nothing, a decimal comma is one, and what is no number is not dropped", () => {
  expect(numberTyped(" ")).toBeNull();
  expect(numberTyped("ten ")).toBe("ten");
  expect(numberTyped("2,5")).toBe(2.5);
  expect(numberTyped("0")).toBe(0);
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
