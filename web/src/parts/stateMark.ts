/** The mark of the recorder's state: in the bar, and as the icon of the browser's tab. */
import type { BarState } from "../model/bar";
import { pathsOf, type IconName } from "./icons";

export const MARKS: Record<BarState, IconName> = {
  recording: "disc",
  fault: "hazard",
  failed: "cross",
  starting: "hourglass",
  idle: "square",
  "no-contact": "question",
};

/** The bar's own colours: of its ground, and of its mark. */
const TOKENS: Record<BarState, readonly [string, string]> = {
  recording: ["--ok-fill", "--ok-ink"],
  fault: ["--fault-fill", "--fault-ink"],
  failed: ["--bad-fill", "--bad-ink"],
  starting: ["--ground", "--idle-ink"],
  idle: ["--ground", "--idle-ink"],
  "no-contact": ["--unknown-fill", "--unknown-ink"],
};

/** The address of the tab's icon: an SVG that stands in it. `colourOf` gives the colour of a token of `tokens.css`. */
export function tabIcon(state: BarState, colourOf: (token: string) => string): string {
  const [ground, mark] = TOKENS[state].map(colourOf);
  const shapes = pathsOf(MARKS[state]).map(({ d, line, isHole }) =>
    line === undefined
      ? `<path d="${d}" fill="${mark}"/>`
      : `<path d="${d}" fill="none" stroke="${isHole ? ground : mark}" stroke-width="${line}"/>`,
  );
  const plate = `<rect x="-4" y="-4" width="32" height="32" rx="6" fill="${ground}"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 32 32">${plate}${shapes.join("")}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
