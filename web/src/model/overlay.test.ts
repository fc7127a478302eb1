import { expect, test } from "vitest";
import { FIRST_LAYERS, layersOf, withKey, withKind } from "./overlay";

test("without layers in the settings file the usual ones are shown", () => {
  expect(layersOf({ time: "utc" })).toEqual(FIRST_LAYERS);
  expect(layersOf({ layers: [] })).toEqual([]);
});

test("the layers of the settings file are copies", () => {
  const overlay = { layers: [{ kind: "text", text: "ROV" }, 5] };
  const [layer] = layersOf(overlay);
  expect(layer).toEqual({ kind: "text", text: "ROV" });
  expect(layer).not.toBe(overlay.layers[0]);
});

test("another kind does not keep what only the former one has", () => {
  expect(withKind({ kind: "text", text: "ROV", size: 0.1 }, "time")).toEqual({ kind: "time", size: 0.1 });
});

test("a key is set, and an empty one is taken away", () => {
  expect(withKey({ kind: "text" }, "text", "ROV")).toEqual({ kind: "text", text: "ROV" });
  expect(withKey({ kind: "text", text: "ROV" }, "text", "")).toEqual({ kind: "text" });
});
