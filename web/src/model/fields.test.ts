import { expect, test } from "vitest";
import { namesTyped, numberTyped, sizeText, sizeTyped, textOf, withOneMore } from "./fields";

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

test.each([
  ["GGA, HDT", ["GGA", "HDT"]],
  ["GGA,HDT", ["GGA", "HDT"]],
  [" GGA ,HDT; VTG,", ["GGA", "HDT", "VTG"]],
  ["PSXN,23", ["PSXN,23"]],
  ["GGA,PSXN,23,HDT", ["GGA", "PSXN,23", "HDT"]],
  ["GGA, PSXN,23, HDT", ["GGA", "PSXN,23", "HDT"]],
  ["PSXN,24", ["PSXN", "24"]],
  [" , ", []],
])("names in %j", (text, names) => {
  expect(namesTyped(text, ["GGA", "HDT", "PSXN,23"])).toEqual(names);
});

test("one more name is offered behind those that stand in the field", () => {
  const offered = (text: string): string[] => withOneMore(text, ["GGA", "HDT", "PSXN,23"]).map((one) => one.text);
  expect(offered("")).toEqual(["GGA", "HDT", "PSXN,23"]);
  expect(offered("G")).toEqual(["GGA", "HDT", "PSXN,23"]);
  expect(offered("GGA,")).toEqual(["GGA, HDT", "GGA, PSXN,23"]);
  expect(offered("PSXN,23, H")).toEqual(["PSXN,23, GGA", "PSXN,23, HDT"]);
});
