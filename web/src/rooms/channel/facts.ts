/** The facts beside a channel's picture. What is only true of now is a dash without contact. */
import type { Channel } from "../../api/types";
import { bytes, codec, duration, megabits } from "../../model/figures";
import type { Tile } from "../../model/tiles";
import { missingTime } from "../../parts/barTexts";
import type { channel as texts } from "../../texts/channel";
import type { live as liveTexts } from "../../texts/live";

const DASH = "–";

type Texts = ReturnType<typeof texts>;
type LiveTexts = ReturnType<typeof liveTexts>;

/** Label and value, in the order in which they are shown. */
export function factsOf(tile: Tile, isUp: boolean, t: Texts, live: LiveTexts): [string, string][] {
  const { channel } = tile;
  const state: [string, string] = [t.state, tile.trouble === "none" ? live.live : live[tile.trouble].toLowerCase()];
  const losses = tile.losses === 0 ? t.none : `${tile.losses}, ${missingTime(tile.missingSeconds)}`;
  return [
    state,
    [t.recordedFor, isUp && channel.recording !== null ? duration(channel.recording_seconds) : DASH],
    [t.losses, isUp ? losses : DASH],
    ...ofPicture(channel, t, live),
    [t.bitRate, isUp ? megabits(channel.bits_per_second) : DASH],
    [t.stored, storedAs(channel, t)],
    [t.size, isUp && channel.recording !== null ? bytes(channel.recording.bytes_stored) : DASH],
  ];
}

function ofPicture({ picture }: Channel, t: Texts, live: LiveTexts): [string, string][] {
  if (picture === null) return [t.picture, t.frameRate, t.codec].map((label) => [label, DASH]);
  return [
    [t.picture, `${picture.width}×${picture.height}`],
    [t.frameRate, live.rate(picture.frame_rate.toFixed(2))],
    [t.codec, codec(picture.codec)],
  ];
}

function storedAs({ encoding }: Channel, t: Texts): string {
  if (encoding === null) return DASH;
  return encoding.encoder === "copy" ? t.asSent : t.encodedBy(encoding.encoder, encoding.preset);
}
