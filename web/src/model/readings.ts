/** Readings of instruments, each with its age. */
import type { Reading } from "../api/types";
import { age } from "./figures";

export interface ShownReading {
  name: string;
  label: string;
  /** Dashes where there is no value of now. */
  value: string;
  unit: string;
  age: string;
  isGood: boolean;
  source: string;
}

/** Fields that an operator looks at first, in this order; the others follow by name. */
const FIRST = ["depth", "altitude", "heading", "kp", "cp", "easting", "northing", "latitude", "longitude"];
/** So many decimals of a degree are a metre. */
const METRE = 5;
const DASHES = "– – –";

/** `came`: each reading with the moment at which it came to the page, in ms of the clock of `nowMs`. */
export function shownReadings(
  came: ReadonlyMap<string, { reading: Reading; cameMs: number }>,
  nowMs: number,
  isUp: boolean,
): ShownReading[] {
  return [...came.values()]
    .sort((one, other) => rank(one.reading.name) - rank(other.reading.name) || compare(one.reading, other.reading))
    .map(({ reading, cameMs }) => {
      const isGood = isUp && reading.state === "fresh";
      return {
        name: reading.name,
        label: labelOf(reading.name),
        value: isGood ? valueOf(reading) : DASHES,
        unit: reading.unit,
        age: age(reading.age_seconds + Math.max(0, nowMs - cameMs) / 1000),
        isGood,
        source: reading.source,
      };
    });
}

/** With as many digits as an operator reads at a glance; a place to the metre and better, however far away it is. */
export function valueOf({ value, name, unit }: Pick<Reading, "value" | "name" | "unit">): string {
  if (value === null) return DASHES;
  if (typeof value === "string") return value;
  const few = Number.isInteger(value) ? 0 : Math.abs(value) >= 20 ? 1 : 3;
  const digits = placeDigits(name, unit, METRE) ?? few;
  return grouped(value.toFixed(digits)).replace("-", "−");
}

/** Decimals that a place needs: a metre of a kilometre point, `degrees` of a position. Null: it is no place. */
export function placeDigits(name: string, unit: string, degrees: number): number | null {
  if (unit === "km") return 3;
  return unit === "°" && /latitude|longitude/.test(name) ? degrees : null;
}

/** `water_temperature` is shown as `Water temperature`; names of two letters as `KP`. */
export function labelOf(name: string): string {
  if (name.length <= 3) return name.toUpperCase();
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
}

function grouped(number: string): string {
  const [whole = "", rest] = number.split(".");
  const spaced = whole.replace("-", "").length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, " ") : whole;
  return rest === undefined ? spaced : `${spaced}.${rest}`;
}

function rank(name: string): number {
  const at = FIRST.indexOf(name);
  return at < 0 ? FIRST.length : at;
}

function compare(one: Reading, other: Reading): number {
  return one.name < other.name ? -1 : 1;
}
