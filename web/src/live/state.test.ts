import { describe, expect, it } from "vitest";
import { isSame, NOTHING_KNOWN, stateOf, type Known } from "./state";

const WHY = { fact: "Nobody answers.", action: "Look at its power." };
const LIVE = { state: "live", since: "2026-05-04T03:02:01Z", why: null } as const;
const DEAD = { state: "failed", since: "2026-05-04T03:02:01Z", why: WHY } as const;

function known(more: Partial<Known>): Known {
  return { ...NOTHING_KNOWN, ...more };
}

describe("stateOf", () => {
  it.each([
    ["nothing is known", known({}), "connecting"],
    ["the channel is live and nothing is shown yet", known({ channel: LIVE }), "connecting"],
    ["a picture is shown", known({ channel: LIVE, hasShown: true }), "live"],
    ["the channel has failed, whatever is still on the screen", known({ channel: DEAD, hasShown: true }), "notlive"],
    ["the browser cannot play it", known({ channel: LIVE, unplayable: WHY }), "unplayable"],
    ["a channel that has failed says so first", known({ channel: DEAD, unplayable: WHY }), "notlive"],
    ["nothing is heard", known({ channel: DEAD, lostSince: "2026-05-04T03:02:09Z", hasShown: true }), "lost"],
  ])("%s", (_, one, kind) => {
    expect(stateOf(one).kind).toBe(kind);
  });

  it("says why and since when", () => {
    expect(stateOf(known({ channel: DEAD }))).toEqual({
      kind: "notlive",
      state: "failed",
      since: DEAD.since,
      why: WHY,
    });
    expect(stateOf(known({ lostSince: "2026-05-04T03:02:09Z" }))).toEqual({
      kind: "lost",
      since: "2026-05-04T03:02:09Z",
    });
  });

  it("is the same where all of it is", () => {
    expect(isSame(stateOf(known({ channel: DEAD })), stateOf(known({ channel: { ...DEAD } })))).toBe(true);
    expect(isSame(stateOf(known({ channel: DEAD })), stateOf(known({ channel: { ...DEAD, state: "stalled" } })))).toBe(
      false,
    );
  });
});
