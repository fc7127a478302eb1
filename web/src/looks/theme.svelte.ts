/** Dark for a control room, light by choice. */

export type Theme = "dark" | "light";

const STORED = "seacorder.theme";

const begin: Theme = localStorage.getItem(STORED) === "light" ? "light" : "dark";
let chosen = $state(begin);
document.documentElement.dataset.theme = begin;

export function theme(): Theme {
  return chosen;
}

export function chooseTheme(wanted: Theme): void {
  chosen = wanted;
  localStorage.setItem(STORED, wanted);
  document.documentElement.dataset.theme = wanted;
}
