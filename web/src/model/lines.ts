/** The newest records of a source, as they are shown: the newest first. */

export interface Numbered {
  number: number;
}

export const LINES_SHOWN = 50;

/** With what has come, the newest first. Numbers that begin again mean that all before belong to another process. */
export function newestLines<Line extends Numbered>(shown: readonly Line[], come: readonly Line[]): Line[] {
  const first = come[0];
  const newest = shown[0];
  const before = first !== undefined && newest !== undefined && first.number <= newest.number ? [] : shown;
  return [...come.toReversed(), ...before].slice(0, LINES_SHOWN);
}
