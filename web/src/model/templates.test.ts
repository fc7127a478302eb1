import { expect, test } from "vitest";
import { ownPart } from "./templates";

test.each([
  ["${channelname}", "Bow.mp4"],
  ["", "Bow.mp4"],
  ["${yyyy}/${channelname}", "2024/Bow.mp4"],
  ["${yyyy}\\${MM}\\${channelname}", "DATA_1/2024/Bow.mp4"],
  ["//./${yyyy}/./${channelname}/", "2024/Bow.mp4"],
])("of the template %s is shown what it makes", (template, shown) => {
  expect(ownPart("/data/DATA_1/2024/Bow.mp4", template)).toBe(shown);
});

test("a path of Windows, and one that is shorter than its template", () => {
  expect(ownPart("D:\\data\\Dive 2\\Bow.mp4", "Dive 2/${channelname}")).toBe("Dive 2/Bow.mp4");
  expect(ownPart("Bow.mp4", "a/b/${channelname}")).toBe("Bow.mp4");
});
