/** Tables of the settings file in a form: what is in a field, and what becomes of it. */

/** What a field begins with; empty where the table says nothing. */
export function textOf(table: Readonly<Record<string, unknown>>, key: string): string {
  const value = table[key];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** A number from a field that may be empty: null then. What is no number goes to the recorder, which says so. */
export function numberTyped(text: string): number | string | null {
  const bare = text.trim();
  const value = Number(bare.replace(",", "."));
  if (bare === "") return null;
  return Number.isFinite(value) ? value : bare;
}

/** Width and height in a field. */
export function sizeText([width, height]: readonly [number, number]): string {
  return `${width} × ${height}`;
}

/** Width and height from a field, however they are parted. What is no size goes to the recorder, which says so. */
export function sizeTyped(text: string): [number, number] | string {
  const found = /^\s*(\d{1,6})\s*[x×*,;]\s*(\d{1,6})\s*$/i.exec(text);
  return found === null ? text : [Number(found[1]), Number(found[2])];
}

/**
 * Names from a field, parted by commas. A name may have a comma itself, as PSXN,23 has: one of those that are known is
 * not cut.
 */
export function namesTyped(text: string, known: readonly string[]): string[] {
  return text
    .split(/[,;]\s+/)
    .flatMap((part) => parted(part.split(","), new Set(known)))
    .filter((one) => one !== "");
}

function parted(pieces: readonly string[], known: ReadonlySet<string>): string[] {
  if (pieces.length === 0) return [];
  let count = pieces.length;
  const name = (): string => pieces.slice(0, count).join(",").trim();
  while (count > 1 && !known.has(name())) count -= 1;
  return [name(), ...parted(pieces.slice(count), known)];
}

/** What a field of names can become with one more: for each that is not in it, the whole text. */
export function withOneMore(text: string, known: readonly string[]): { name: string; text: string }[] {
  const before = namesTyped(text.slice(0, text.lastIndexOf(",") + 1), known);
  return known.filter((name) => !before.includes(name)).map((name) => ({ name, text: [...before, name].join(", ") }));
}
