/** Observations and kinds as buttons, rows and numbers. */
import type { Kind, Observation } from "../api/types";

/** `AN-041`: the code and the number, which runs for each dive and class. */
export function numbered(one: Pick<Observation, "code" | "number">): string {
  return `${one.code}-${String(one.number).padStart(3, "0")}`;
}

/** Keys that the page itself needs, in one room or another: a kind that has one of these is pressed by its digit. */
export const PAGE_KEYS: ReadonlySet<string> = new Set("rscnlzftamvedo+-?/,.[]() ");

export interface KindButton {
  kind: Kind;
  /** The digit that presses it; null from the tenth on. */
  digit: string | null;
  /** The letter that presses it too; null where it has none, or the page needs that key itself. */
  letter: string | null;
  /** Its span that is open, if the page knows it. */
  open: Observation | null;
}

/** The letter by which a kind is pressed; null where its key is none, a digit, or one that the page needs itself. */
export function letterOf(key: string): string | null {
  const letter = key.toLowerCase();
  return letter === "" || PAGE_KEYS.has(letter) || /^[1-9]$/.test(letter) ? null : letter;
}

/** Buttons for all kinds but notes, which have a button of their own. */
export function buttonsOf(kinds: readonly Kind[], observations: readonly Observation[]): KindButton[] {
  return kinds
    .filter((kind) => kind.class !== "note")
    .map((kind, at) => ({
      kind,
      digit: at < 9 ? String(at + 1) : null,
      letter: letterOf(kind.key),
      open: kind.open === null ? null : (observations.find((one) => one.id === kind.open) ?? null),
    }));
}

/** The keys that press these buttons: each one's digit, then its letter. */
export function keysOf(buttons: readonly KindButton[]): { key: string; kind: Kind }[] {
  return buttons.flatMap(({ kind, digit, letter }) =>
    [digit, letter].filter((key) => key !== null).map((key) => ({ key, kind })),
  );
}

/** The kind of free notes; null if there is none any more. */
export function noteKind(kinds: readonly Kind[]): Kind | null {
  return kinds.find((kind) => kind.class === "note") ?? null;
}

/** The newest one that this page may take back: entered by people, and not withdrawn yet. */
export function lastOfPeople(observations: readonly Observation[]): Observation | null {
  return observations.find((one) => one.entered_by !== "automatic" && one.state !== "withdrawn") ?? null;
}

/** A typed field's value as it is sent: numbers as numbers, an empty text takes the value away. */
export function fieldValue(type: Kind["fields"][number]["type"], text: string): string | number {
  const trimmed = text.trim();
  const number = Number(trimmed.replace(",", "."));
  const isNumeric = type === "number" || type === "distance" || type === "clock";
  return isNumeric && trimmed !== "" && Number.isFinite(number) ? number : trimmed;
}
