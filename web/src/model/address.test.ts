import { describe, expect, test } from "vitest";
import { addressOf, placeOf } from "./address";

describe("addresses of the page", () => {
  test.each([
    ["/", { room: "", rest: "" }],
    ["/review", { room: "review", rest: "" }],
    ["/channel/Bow", { room: "channel", rest: "Bow" }],
    ["/channel/ROV%20pilot%2F2", { room: "channel", rest: "ROV pilot/2" }],
  ])("%s and its place say the same", (path, place) => {
    expect(placeOf(path, "/")).toEqual(place);
    expect(addressOf(place, "/")).toBe(path);
  });

  test("a slash at the end, another base and a broken escape lead somewhere", () => {
    expect(placeOf("/review/", "/")).toEqual({ room: "review", rest: "" });
    expect(placeOf("/page/review", "/page/")).toEqual({ room: "review", rest: "" });
    expect(placeOf("/page", "/page/")).toEqual({ room: "", rest: "" });
    expect(placeOf("/channel/%E0%A4%A", "/")).toEqual({ room: "channel", rest: "%E0%A4%A" });
    expect(addressOf({ room: "", rest: "" }, "/page/")).toBe("/page");
  });
});
