/** What goes over the WebSocket `/api/v1/live`; docs/programs/live.md has the same. Pure. */

export type Stream = "main" | "preview";
export type ChannelState = "connecting" | "live" | "stalled" | "failed";

export interface Why {
  fact: string;
  action: string;
}

/** What the recorder says in text. */
export type Said =
  | {
      kind: "state";
      tile: number;
      channel: string;
      stream: Stream;
      state: ChannelState;
      since_utc: string;
      why: Why | null;
    }
  | { kind: "format"; tile: number; codecs: string; width: number; height: number }
  | { kind: "unplayable"; tile: number; why: Why }
  | { kind: "refused"; tile: number | null; why: Why }
  | { kind: "alive" };

/** A piece of MP4 for one tile. */
export interface Piece {
  kind: "header" | "keyframe" | "frame";
  tile: number;
  /** How many frames the tile has lost so far because the page did not take them in time. */
  lostFrames: number;
  /** Capture time, in milliseconds since 1970. */
  captureMs: number;
  /** When it is shown, in seconds of the stream's own time. */
  seconds: number;
  content: Uint8Array<ArrayBuffer>;
}

export const HEAD_BYTES = 24;
const VERSION = 1;
const KINDS = { 1: "header", 2: "keyframe", 3: "frame" } as const;

/** The piece in a binary message; null for one that this page does not know. */
export function pieceIn(message: ArrayBuffer): Piece | null {
  if (message.byteLength < HEAD_BYTES) return null;
  const head = new DataView(message, 0, HEAD_BYTES);
  const kind = KINDS[head.getUint8(1) as keyof typeof KINDS] as Piece["kind"] | undefined;
  if (head.getUint8(0) !== VERSION || kind === undefined) return null;
  return {
    kind,
    tile: head.getUint16(2),
    lostFrames: head.getUint32(4),
    captureMs: Number(head.getBigInt64(8)) / 1000,
    seconds: Number(head.getBigInt64(16)) / 1_000_000,
    content: new Uint8Array(message, HEAD_BYTES),
  };
}

/** The message that makes a tile show a channel. */
export function watching(tile: number, channel: string, stream: Stream): string {
  return JSON.stringify({ watch: true, tile, channel, stream });
}

/** The message that makes a tile show nothing. */
export function unwatching(tile: number): string {
  return JSON.stringify({ watch: false, tile });
}
