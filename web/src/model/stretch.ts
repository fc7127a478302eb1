/** A stretch of a recording that is to be saved as an archive. */

export interface Stretch {
  fromMs: number;
  toMs: number;
}

/** It begins at an instant; where it would end before, it lasts until the end of the recording. */
export function beginningAt(stretch: Stretch, atMs: number, whole: { endMs: number }): Stretch {
  return { fromMs: atMs, toMs: stretch.toMs > atMs ? stretch.toMs : whole.endMs };
}

/** It ends at an instant; where it would begin after it, it lasts from the beginning of the recording. */
export function endingAt(stretch: Stretch, atMs: number, whole: { startMs: number }): Stretch {
  return { fromMs: stretch.fromMs < atMs ? stretch.fromMs : whole.startMs, toMs: atMs };
}

/** The address of its archive; null where nothing is left of it. */
export function archiveOf({ fromMs, toMs }: Stretch): string | null {
  if (toMs - fromMs < 1) return null;
  const wanted = new URLSearchParams({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() });
  return `/api/v1/archive.zip?${wanted}`;
}
