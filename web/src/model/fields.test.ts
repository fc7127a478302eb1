import { expect, test } from "vitest";
import { numberTyped, sizeText, sizeTyped, textOf } from "./fields";

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

test("a size is read as it is shown, and as people type it; what is none is not dropped", () => {
  expect(sizeTyped(sizeText([1920, 1080]))).toEqual([1920, 1080]);
  expect([" 640x360 ", "640*360", "640, 360"].map(sizeTyped)).toEqual([
    [640, 360],
    [640, 360],
    [640, 360],
  ]);
  expect(["1080p", "640", "-1x2"].map(sizeTyped)).toEqual(["1080p", "640", "-1x2"]);
});
