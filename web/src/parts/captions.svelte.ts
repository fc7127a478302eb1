/** Where a tile has its name, state, time and losses: on the picture or below it. Chosen here, kept by the browser. */
export const PLACES = ["on", "below"] as const;
export type CaptionPlace = (typeof PLACES)[number];

const STORED = "seacorder.captions";

let place = $state<CaptionPlace>(localStorage.getItem(STORED) === "below" ? "below" : "on");

export function captionPlace(): CaptionPlace {
  return place;
}

export function chooseCaptionPlace(wanted: CaptionPlace): void {
  place = wanted;
  localStorage.setItem(STORED, wanted);
}
