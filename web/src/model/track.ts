/** Where the vehicle went in the last hour: metres east and north, and how that fits into a drawing. */
import type { HistoryRow } from "./strip";

export interface Point {
  /** Metres. */
  east: number;
  north: number;
  /** Seconds since 1970. */
  time: number;
}

export interface Track {
  /** Each unbroken piece by itself: where there was no position, there is no line. */
  pieces: Point[][];
  newest: Point;
  /** How far it went, in metres. */
  length: number;
}

const METRES_OF_DEGREE = 111_320;

/** From easting and northing, where an instrument gives them, else from latitude and longitude; null without either. */
export function trackOf(rows: readonly HistoryRow[]): Track | null {
  const isGrid = rows.some((row) => typeof row.values["easting"] === "number");
  const first = rows.find((row) => typeof row.values["latitude"] === "number")?.values["latitude"];
  const perDegree = METRES_OF_DEGREE * Math.cos(((typeof first === "number" ? first : 0) * Math.PI) / 180);
  const pieces: Point[][] = [];
  let piece: Point[] = [];
  for (const row of rows) {
    const point = isGrid ? pointOf(row, "easting", "northing", 1, 1) : pointOf(row, "longitude", "latitude", perDegree);
    if (point !== null) piece.push(point);
    else if (piece.length > 0) {
      pieces.push(piece);
      piece = [];
    }
  }
  if (piece.length > 0) pieces.push(piece);
  const newest = pieces.at(-1)?.at(-1);
  if (newest === undefined) return null;
  return { pieces, newest, length: pieces.reduce((sum, one) => sum + lengthOf(one), 0) };
}

function pointOf(
  row: HistoryRow,
  eastField: string,
  northField: string,
  perEast: number,
  perNorth = METRES_OF_DEGREE,
): Point | null {
  const east = row.values[eastField];
  const north = row.values[northField];
  if (typeof east !== "number" || typeof north !== "number") return null;
  return { east: east * perEast, north: north * perNorth, time: Date.parse(row.utc) / 1000 };
}

function lengthOf(points: readonly Point[]): number {
  return points.reduce((sum, point, at) => {
    const before = points[at - 1];
    return before === undefined ? 0 : sum + Math.hypot(point.east - before.east, point.north - before.north);
  }, 0);
}

/** Where it was at an instant: the newest position at or before it; null where there is none. */
export function positionAt(track: Track, time: number): Point | null {
  return track.pieces.flat().findLast((point) => point.time <= time) ?? null;
}

export interface Place {
  x: number;
  y: number;
}

export interface Drawing {
  /** Of each piece, for the `points` of a polyline. */
  lines: string[];
  place: (point: Point) => Place;
  /** A round length in metres, and how wide it is drawn. */
  bar: { metres: number; width: number };
}

const LEAST_METRES = 10;

/** Fits the track into a drawing, north up, the same scale both ways, in its middle. */
export function drawn(track: Track, width: number, height: number, margin: number): Drawing {
  const all = track.pieces.flat();
  const [west, east] = [Math.min(...all.map((one) => one.east)), Math.max(...all.map((one) => one.east))];
  const [south, north] = [Math.min(...all.map((one) => one.north)), Math.max(...all.map((one) => one.north))];
  const scale = Math.min(
    (width - 2 * margin) / Math.max(east - west, LEAST_METRES),
    (height - 2 * margin) / Math.max(north - south, LEAST_METRES),
  );
  const place = (point: Point): Place => ({
    x: width / 2 + (point.east - (west + east) / 2) * scale,
    y: height / 2 - (point.north - (south + north) / 2) * scale,
  });
  const metres = roundBelow(width / 4 / scale);
  return {
    lines: track.pieces.map((piece) =>
      piece
        .map(place)
        .map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`)
        .join(" "),
    ),
    place,
    bar: { metres, width: metres * scale },
  };
}

/** The largest of 1, 2 and 5 times a power of ten that is not larger. */
export function roundBelow(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(metres));
  return ([5, 2, 1].find((one) => one * power <= metres) ?? 1) * power;
}
