/** Which room is shown: the browser's address says it, so that reload, back, and a second screen just work. */
import { addressOf, placeOf, type Place } from "./model/address";

const BASE = import.meta.env.BASE_URL;

let place = $state<Place>(placeOf(location.pathname, BASE));

window.addEventListener("popstate", () => {
  place = placeOf(location.pathname, BASE);
});

/** Links inside the page change the room without loading the page again; with Ctrl and the like they stay links. */
document.addEventListener("click", (click) => {
  if (click.defaultPrevented || click.button !== 0 || click.ctrlKey || click.metaKey || click.shiftKey) return;
  const link = click.target instanceof Element ? click.target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement) || link.target !== "" || link.hasAttribute("download")) return;
  if (link.origin !== location.origin || !`${link.pathname}/`.startsWith(BASE)) return;
  click.preventDefault();
  go(placeOf(link.pathname, BASE));
});

export function here(): Place {
  return place;
}

/** The address of a room, for links. */
export function address(room: string, rest = ""): string {
  return addressOf({ room, rest }, BASE);
}

export function go(wanted: Place): void {
  const next = addressOf(wanted, BASE);
  if (next !== location.pathname) history.pushState(null, "", next);
  place = wanted;
}
