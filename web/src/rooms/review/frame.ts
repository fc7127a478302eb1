/** One frame of a file at full resolution, as the recorder reads it. */
import { askPicture } from "../../api/client";
import { frameAt, secondsOf, type Part } from "../../model/playback";

export interface Frame {
  /** Of the picture, as long as the page is open. */
  url: string;
  utc: string;
  name: string;
}

export const SECONDS_MAX = 40;

/** The same for all instants at which one frame is shown. */
export function addressOf(part: Part, offsetMs: number): string {
  const address = new URL(part.file.replace("/file?", "/frame.jpg?"), location.href);
  address.searchParams.delete("most_bytes");
  address.searchParams.set("offset_seconds", String(secondsOf(part, frameAt(part, offsetMs))));
  return address.href;
}

/** Throws a `Refusal`. */
export async function takeFrame(part: Part, offsetMs: number): Promise<Frame> {
  const { url, utc: taken } = await askPicture("GET", addressOf(part, offsetMs), { seconds: SECONDS_MAX });
  const utc = taken ?? "";
  const name = `${part.channel}_${utc.replaceAll(/[-:]/g, "")}.jpg`;
  return { url, utc, name };
}
