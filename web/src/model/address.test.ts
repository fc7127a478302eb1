import { describe, expect, test } from "vitest";
import { addressOf, placeOf } from "./address";

describe("addresses of the page", () => {
  test.each([
    ["/next", { room: "", rest: "" }],
    ["/next/review", { room: "review", rest: "" }],
    ["/next/channel/Bow", { room: "channel", rest: "Bow" }],
    ["/next/channel/ROV%20pilot%2F2", { room: "channel", rest: "ROV pilot/2" }],
  ])("%s and its place say the same", (path, place) => {
    expect(placeOf(path, "/next/")).toEqual(place);
    expect(addressOf(place, "/next/")).toBe(path);
  });

  test("a slash at the end, another base and a broken escape lead somewhere", () => {
    expect(placeOf("/next/", "/next/")).toEqual({ room: "", rest: "" });
    expect(placeOf("/review", "/")).toEqual({ room: "review", rest: "" });
    expect(placeOf("/next/channel/%E0%A4%A", "/next/")).toEqual({ room: "channel", rest: "%E0%A4%A" });
    expect(addressOf({ room: "", rest: "" }, "/")).toBe("/");
  });
});
