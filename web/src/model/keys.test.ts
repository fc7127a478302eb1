import { expect, test } from "vitest";
import { PAGE_KEYS } from "./observations";

const SOURCES = import.meta.glob<string>(["../**/*.svelte", "../rooms/*/index.ts"], {
  eager: true,
  query: "?raw",
  import: "default",
});

test("no kind can take a key that the page itself needs", () => {
  const used = Object.values(SOURCES).flatMap((text) =>
    [...text.matchAll(/\bkey: "(.)"/g)].map(([, key]) => key ?? ""),
  );
  expect(used.length).toBeGreaterThan(20);
  expect(used.filter((key) => !PAGE_KEYS.has(key))).toEqual([]);
});
