/** A strip chart of a field in the last hour, and the sentence that says the same. */
import { placeDigits } from "./readings";

export interface HistoryRow {
  utc: string;
  values: Record<string, number | string | null>;
}

export interface Strip {
  /** Seconds since 1970, and the values; null where there was none. */
  times: number[];
  values: (number | null)[];
  least: number | null;
  most: number | null;
  now: number | null;
  /** For how long there has been no value, in seconds; 0 while there is one. */
  noneFor: number;
}

export function stripOf(rows: readonly HistoryRow[], name: string): Strip {
  const times = rows.map((row) => Date.parse(row.utc) / 1000);
  const values = rows.map((row) => {
    const value = row.values[name];
    return typeof value === "number" ? value : null;
  });
  const held = values.filter((value) => value !== null);
  const last = values.findLastIndex((value) => value !== null);
  return {
    times,
    values,
    least: held.length === 0 ? null : Math.min(...held),
    most: held.length === 0 ? null : Math.max(...held),
    now: values.at(-1) ?? null,
    noneFor: last < 0 || last === values.length - 1 ? 0 : (times.at(-1) ?? 0) - (times[last] ?? 0),
  };
}

/** Fields that can be drawn: those that have had a number. */
export function drawable(rows: readonly HistoryRow[]): string[] {
  const found = new Set<string>();
  for (const row of rows)
    for (const [name, value] of Object.entries(row.values)) if (typeof value === "number") found.add(name);
  return [...found].sort();
}

const FIRST = ["depth", "altitude", "heading", "kp", "cp"];

/** What is drawn as long as nobody has chosen: what an inspection is about, as far as it is there. */
export function drawnFirst(fields: readonly string[], count: number): string[] {
  const wanted = FIRST.filter((name) => fields.includes(name));
  return [...wanted, ...fields.filter((name) => !wanted.includes(name))].slice(0, count);
}

/** So many decimals of a degree are a decimetre. */
const DECIMETRE = 6;

/** With the digits that it has, and no more than a reader can use: `142.3`, `12.847`, `6 512 884.1`. */
export function value(of: number | string | null, name: string, unit: string): string {
  if (of === null) return "– – –";
  if (typeof of === "string") return of;
  const size = Math.abs(of);
  const digits = placeDigits(name, unit, DECIMETRE) ?? (size >= 1000 ? 1 : size >= 100 ? 2 : 6);
  const [whole = "", part] = String(Number(size.toFixed(digits))).split(".");
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") : whole;
  return `${of < 0 ? "−" : ""}${grouped}${part === undefined ? "" : `.${part}`}`;
}
