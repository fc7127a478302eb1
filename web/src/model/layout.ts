/** How many tiles the wall has, and which channels they show. */
import type { Tile } from "./tiles";

/** Automatic takes the smallest of the sizes that fits all channels. */
export const SIZES = [1, 4, 9, 16] as const;
export type Size = (typeof SIZES)[number];
export type Layout = "auto" | Size;

export interface Wall {
  columns: number;
  rows: number;
  shown: Tile[];
  /** Channels in trouble that have no tile; the wall names them. */
  hidden: Tile[];
  /** The others for which automatic layout has no tile: there are more than it can show. */
  beyond: Tile[];
}

export function wallOf(tiles: readonly Tile[], layout: Layout): Wall {
  const size = layout === "auto" ? smallest(tiles.length) : layout;
  const shown = tiles.slice(0, size);
  const left = tiles.slice(size);
  const troubled = left.filter(isTroubled);
  // In automatic layout a channel in trouble takes the place of the last healthy one; a chosen layout stays as it is.
  if (layout === "auto") {
    for (const tile of troubled) {
      const last = shown.findLastIndex((one) => !isTroubled(one));
      if (last >= 0) shown[last] = tile;
    }
  }
  const columns = Math.ceil(Math.sqrt(size));
  const without = tiles.filter((tile) => !shown.includes(tile));
  return {
    columns,
    rows: Math.max(1, Math.ceil(Math.min(size, Math.max(shown.length, 1)) / columns)),
    shown,
    hidden: without.filter(isTroubled),
    beyond: layout === "auto" ? without.filter((tile) => !isTroubled(tile)) : [],
  };
}

/** The layout with more or fewer tiles than the present one. */
export function resized(layout: Layout, count: number, step: 1 | -1): Size {
  const now = layout === "auto" ? smallest(count) : layout;
  const next = SIZES.indexOf(now) + step;
  return SIZES[Math.min(Math.max(next, 0), SIZES.length - 1)] ?? now;
}

function smallest(count: number): Size {
  return SIZES.find((size) => size >= count) ?? 16;
}

function isTroubled(tile: Tile): boolean {
  return (tile.trouble !== "none" && tile.trouble !== "no-contact") || tile.recorded === "missing";
}
