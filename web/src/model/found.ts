/** A list of recordings that is looked at again while somebody reads it. */

interface Row {
  id: string;
  start_utc: string;
}

interface Page<Found> {
  items: readonly Found[];
  next_cursor: string | null;
}

/**
 * What is shown after the newest page was asked for again: this page, and below it what is older and was shown before.
 * `cursor` is where the shown list ends, null where it ends with the oldest.
 */
export function refreshed<Found extends Row>(
  shown: readonly Found[],
  cursor: string | null,
  newest: Page<Found>,
): { items: Found[]; cursor: string | null } {
  const last = newest.items.at(-1);
  if (last === undefined || newest.next_cursor === null) return { items: [...newest.items], cursor: null };
  const known = new Set(newest.items.map((one) => one.id));
  const oldestMs = Date.parse(last.start_utc);
  const older = shown.filter((one) => !known.has(one.id) && Date.parse(one.start_utc) <= oldestMs);
  return { items: [...newest.items, ...older], cursor: older.length === 0 ? newest.next_cursor : cursor };
}
