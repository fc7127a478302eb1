import { expect, test } from "vitest";
import { MARKS, tabIcon } from "./stateMark";
import type { BarState } from "../model/bar";

const STATES = Object.keys(MARKS) as BarState[];

test("the tab's icon has its own shape for each state, in the colours of the theme", () => {
  const icons = STATES.map((state) => decodeURIComponent(tabIcon(state, () => "#000")));
  expect(new Set(icons).size).toBe(STATES.length);
  expect(decodeURIComponent(tabIcon("recording", (token) => token))).toContain('fill="--ok-ink"');
});
