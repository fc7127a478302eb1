/** What a tile is: live, or why not and since when. Pure. */

import type { ChannelState, Why } from "./wire";

export type LiveState =
  /** Nothing has been heard of the channel yet, or its first picture is on its way. */
  | { kind: "connecting" }
  /** Pictures are shown as they come. */
  | { kind: "live" }
  /** This browser cannot show the stream; the page can ask for the preview. */
  | { kind: "unplayable"; why: Why }
  /** The channel itself has no picture; `state` is the recorder's word. */
  | { kind: "notlive"; state: Exclude<ChannelState, "live">; since: string; why: Why | null }
  /** Nothing is heard of the recorder; it is tried again. */
  | { kind: "lost"; since: string };

/** What is known about a tile. */
export interface Known {
  /** Since when the connection is lost (ISO 8601); null while it is there. */
  lostSince: string | null;
  channel: { state: ChannelState; since: string; why: Why | null } | null;
  unplayable: Why | null;
  /** A picture of the present stream has been shown since the channel was last said to be live. */
  hasShown: boolean;
}

export const NOTHING_KNOWN: Known = { lostSince: null, channel: null, unplayable: null, hasShown: false };

export function stateOf(known: Known): LiveState {
  if (known.lostSince !== null) return { kind: "lost", since: known.lostSince };
  const channel = known.channel;
  if (channel !== null && channel.state !== "live") {
    return { kind: "notlive", state: channel.state, since: channel.since, why: channel.why };
  }
  if (known.unplayable !== null) return { kind: "unplayable", why: known.unplayable };
  return known.hasShown ? { kind: "live" } : { kind: "connecting" };
}

export function isSame(one: LiveState, other: LiveState): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
