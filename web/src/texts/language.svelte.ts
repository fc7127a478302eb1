/**
 * The languages of the page. Each room and part has a catalogue of its own: English, and the other languages with the
 * same keys. A key that is missing or too many in one of them is a type error.
 */

export const LANGUAGES = { en: "English", de: "Deutsch", no: "Norsk", pt: "Português" } as const;
export type Language = keyof typeof LANGUAGES;

const STORED = "seacorder.language";

/** The language of the page for what the browser prefers; English where it knows none of them. */
export function preferred(wanted: readonly string[]): Language {
  for (const one of wanted) {
    const short = one.toLowerCase().split("-")[0] ?? "";
    if (short === "nb" || short === "nn") return "no";
    if (short in LANGUAGES) return short as Language;
  }
  return "en";
}

function begin(): Language {
  if (typeof window === "undefined") return "en";
  const stored = localStorage.getItem(STORED);
  return stored !== null && stored in LANGUAGES ? (stored as Language) : preferred(navigator.languages);
}

let chosen = $state<Language>(begin());

export function language(): Language {
  return chosen;
}

/** For dates: day before month, as on board. */
export function locale(): string {
  return chosen === "en" ? "en-GB" : chosen;
}

export function choose(wanted: Language): void {
  chosen = wanted;
  localStorage.setItem(STORED, wanted);
}

/** A catalogue. Call what it gives inside a component's markup or `$derived`, so that it follows the language. */
export function catalogue<Texts>(
  en: Texts,
  others: Record<Exclude<Language, "en">, NoInfer<Texts>>,
): () => NoInfer<Texts> {
  const all: Record<Language, Texts> = { en, ...others };
  return () => all[chosen];
}
