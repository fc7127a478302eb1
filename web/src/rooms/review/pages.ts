/** The lists of what was recorded, as far as this room shows them. */
import { ask, query } from "../../api/client";
import type { Rows } from "../../api/types";

export const ROWS_MAX = 200_000;
const PAGE = 1000;

/**
 * Gives each row of a list to `take`: in slices, as they come, so that the page answers meanwhile. True if there are more
 * than `most` of them: then the others are left out.
 */
export async function each<Row>(
  list: string,
  filter: Record<string, string | boolean | null>,
  take: (row: Row) => void,
  most = ROWS_MAX,
): Promise<boolean> {
  let count = 0;
  let cursor: string | null = null;
  do {
    const limit = Math.min(PAGE, most - count);
    const rows: Rows<Row> = await ask("GET", query(`/api/v1/${list}`, { ...filter, limit, cursor }));
    rows.items.forEach(take);
    count += rows.items.length;
    cursor = rows.next_cursor;
  } while (cursor !== null && count < most);
  return cursor !== null;
}
