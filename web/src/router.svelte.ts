/** Which room is shown: the browser's address says it, so that reload, back, and a second screen just work. */
import { addressOf, placeOf, type Place } from "./model/address";

const BASE = import.meta.env.BASE_URL;

let place = $state<Place>(placeOf(location.pathname, BASE));

window.addEventListener("popstate", () => {
  place = placeOf(location.pathname, BASE);
});

/**
 * Links to a room change it without loading the page again; with Ctrl and the like they stay links, and so do links to
 * anything else of the recorder, such as a file.
 */
export function followLinks(isRoom: (id: string) => boolean): void {
  document.addEventListener("click", (click) => {
    if (click.defaultPrevented || click.button !== 0 || click.ctrlKey || click.metaKey || click.shiftKey) return;
    const link = click.target instanceof Element ? click.target.closest("a[href]") : null;
    const wanted = link instanceof HTMLAnchorElement ? linkedPlace(link) : null;
    if (wanted === null || !isRoom(wanted.room)) return;
    click.preventDefault();
    go(wanted);
  });
}

/** The place that a link leads to; null for one to another site, to a part of this page, or that saves a file. */
function linkedPlace(link: HTMLAnchorElement): Place | null {
  if (link.target !== "" || link.hasAttribute("download")) return null;
  return link.origin === location.origin && link.hash === "" ? placeOf(link.pathname, BASE) : null;
}

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
