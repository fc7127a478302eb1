import { expect, test } from "vitest";
import type { Reading } from "../api/types";
import { labelOf, shownReadings, valueOf } from "./readings";

const reading = (name: string, more: Partial<Reading> = {}): Reading => ({
  name,
  value: 142.31,
  unit: "m",
  state: "fresh",
  age_seconds: 0.4,
  utc: "2026-11-26T14:32:07Z",
  source: "Survey",
  source_utc: null,
  ...more,
});

const at = (...readings: Reading[]) => new Map(readings.map((one) => [one.name, { reading: one, cameMs: 1000 }]));

test("what an operator looks at first comes first, the rest by name", () => {
  const shown = shownReadings(at(reading("zeta"), reading("cp"), reading("alpha"), reading("depth")), 1000, true);
  expect(shown.map((one) => one.name)).toEqual(["depth", "cp", "alpha", "zeta"]);
});

test("a reading ages while nothing comes", () => {
  const [one] = shownReadings(at(reading("depth")), 3000, true);
  expect([one?.value, one?.age]).toEqual(["142.3", "2.4 s"]);
});

test("what is not fresh has no value, nor has anything without contact", () => {
  const stale = shownReadings(at(reading("cp", { state: "stale", age_seconds: 14 })), 1000, true);
  expect(stale.map((one) => [one.value, one.isGood, one.age])).toEqual([["– – –", false, "14 s"]]);
  expect(shownReadings(at(reading("depth")), 1000, false)[0]?.isGood).toBe(false);
});

test.each([
  [431207.4, "431 207.4"],
  [-1012, "−1012"],
  [12.8471, "12.847"],
  ["GGA", "GGA"],
  [null, "– – –"],
] as const)("%s is shown as %s", (value, text) => {
  expect(valueOf(reading("depth", { value }))).toBe(text);
});

test.each([
  ["kp", "km", 128.3407, "128.341"],
  ["kp_end", "km", 25, "25.000"],
  ["latitude", "°", -56.7123456, "−56.71235"],
  ["longitude", "°", 110.25, "110.25000"],
  ["heading", "°", 277.5312, "277.5"],
])("a place, %s in %s, is shown to the metre and better", (name, unit, value, text) => {
  expect(valueOf(reading(name, { value, unit }))).toBe(text);
});

test("names are made readable", () => {
  expect([labelOf("kp"), labelOf("water_temperature")]).toEqual(["KP", "Water temperature"]);
});
