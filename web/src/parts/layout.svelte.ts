/** How many tiles the wall has: chosen here, kept by the browser. */
import { SIZES, type Layout } from "../model/layout";

const STORED = "seacorder.layout";

function stored(): Layout {
  const size = Number(localStorage.getItem(STORED));
  return SIZES.find((one) => one === size) ?? "auto";
}

let layout = $state<Layout>(stored());

export function chosenLayout(): Layout {
  return layout;
}

export function chooseLayout(wanted: Layout): void {
  layout = wanted;
  localStorage.setItem(STORED, String(wanted));
}
