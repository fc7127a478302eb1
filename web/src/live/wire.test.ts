import { describe, expect, it } from "vitest";
import { HEAD_BYTES, pieceIn, unwatching, watching } from "./wire";

function message(version: number, kind: number): ArrayBuffer {
  const bytes = new ArrayBuffer(HEAD_BYTES + 3);
  const head = new DataView(bytes);
  head.setUint8(0, version);
  head.setUint8(1, kind);
  head.setUint16(2, 7);
  head.setUint32(4, 12);
  head.setBigInt64(8, 1_700_000_000_123_456n);
  head.setBigInt64(16, 40_000n);
  new Uint8Array(bytes).set([1, 2, 3], HEAD_BYTES);
  return bytes;
}

describe("pieceIn", () => {
  it("reads the head and leaves the rest to the player", () => {
    const piece = pieceIn(message(1, 2));
    expect(piece).toMatchObject({
      kind: "keyframe",
      tile: 7,
      lostFrames: 12,
      captureMs: 1_700_000_000_123.456,
      seconds: 0.04,
    });
    expect([...(piece?.content ?? [])]).toEqual([1, 2, 3]);
    expect([pieceIn(message(1, 1))?.kind, pieceIn(message(1, 3))?.kind]).toEqual(["header", "frame"]);
  });

  it("is nothing where the head is of another version, of another kind, or cut off", () => {
    expect([message(2, 2), message(1, 0), message(1, 4), new ArrayBuffer(5)].map(pieceIn)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

describe("what the page says", () => {
  it("is JSON", () => {
    expect(JSON.parse(watching(3, 'Bow "1"', "main"))).toEqual({
      watch: true,
      tile: 3,
      channel: 'Bow "1"',
      stream: "main",
    });
    expect(JSON.parse(unwatching(3))).toEqual({ watch: false, tile: 3 });
  });
});
