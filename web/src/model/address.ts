/** The page's own addresses: `/` is the wall, `/channel/Bow` one channel, `/review` another room. */

export interface Place {
  /** The id of the room; empty for the first one. */
  room: string;
  /** What the room is to show, as the last piece of the address; empty for nothing in particular. */
  rest: string;
}

/** The place that an address means. `base` begins and ends with a slash. */
export function placeOf(path: string, base: string): Place {
  const inside = `${path}/`.startsWith(base) ? path.slice(base.length) : "";
  const [room = "", ...rest] = inside.split("/").filter((piece) => piece !== "");
  return { room: decoded(room), rest: decoded(rest.join("/")) };
}

/** The address of a place. */
export function addressOf({ room, rest }: Place, base: string): string {
  const pieces = [room, rest].filter((piece) => piece !== "").map(encodeURIComponent);
  return pieces.length === 0 ? base.replace(/(.)\/$/, "$1") : base + pieces.join("/");
}

function decoded(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}
