/** Pictures of the past: the frame that a recorded file has of an instant, also of a file that is still being written. */
import { ask, askPicture, query, wordsOf } from "../api/client";
import type { PartRow, Rows } from "../api/types";
import { access } from "../texts/access";

export interface PastPicture {
  channel: string;
  /** When it was taken: at or before the instant that was asked for. */
  utc: string;
  /** Of the picture, as long as the page is open: revoke it when it is shown no more. */
  url: string;
}

const CHANNELS_MAX = 64;
const SECONDS_MAX = 20;

/** The files that were being written at an instant, one for each channel that was recorded. Throws a `Refusal`. */
export async function filesAt(utc: string): Promise<PartRow[]> {
  const wanted = query("/api/v1/parts", { from: utc, to: utc, limit: CHANNELS_MAX });
  const { items } = await ask<Rows<PartRow>>("GET", wanted);
  return items.filter((one, at) => items.findLastIndex((other) => other.channel === one.channel) === at);
}

/** The frame that a file has of an instant; null if it has none. */
export async function pictureAt(file: PartRow, utc: string, stopped: AbortSignal): Promise<PastPicture | null> {
  const address = new URL(file.file.replace("/file?", "/frame.jpg?"), location.href);
  address.searchParams.set("utc", utc);
  try {
    const { url, utc: taken } = await askPicture("GET", address.href, { seconds: SECONDS_MAX, stopped });
    if (taken !== null) return { channel: file.channel, utc: taken, url };
    URL.revokeObjectURL(url);
    return null;
  } catch {
    return null;
  }
}

/**
 * Why the recorder does not give a file, in its words; null where it does, so that it is the browser that cannot play it.
 * A browser itself says only that it failed.
 */
export function whyNotGiven(file: string): Promise<string | null> {
  return ask("GET", `${file}&only_ask=true`).then(
    () => null,
    (error: unknown) => wordsOf(error, access().noAnswer),
  );
}
