/** Which rows of a long list are drawn: those in sight and some around them. Pure. */

/** A shorter list is drawn whole, so that a search in the page and a print find all of it. */
const WHOLE_ROWS = 200;
/** What is drawn changes only after so many rows, so that most scrolling draws nothing. */
const STEP_ROWS = 10;

export interface Range {
  from: number;
  to: number;
}

/**
 * `top`: how far the top of what is in sight is below the list's beginning, in pixels; negative while it begins further
 * down. `height`: of what is in sight.
 */
export function drawn(count: number, rowHeight: number, top: number, height: number): Range {
  if (count <= WHOLE_ROWS) return { from: 0, to: count };
  const steps = (rows: number): number => Math.floor(rows / STEP_ROWS) * STEP_ROWS;
  const first = steps(Math.max(0, top) / rowHeight) - STEP_ROWS;
  const last = steps(Math.max(0, top + height) / rowHeight) + 2 * STEP_ROWS;
  const to = Math.min(count, last);
  return { from: Math.max(0, Math.min(first, to - STEP_ROWS)), to };
}
