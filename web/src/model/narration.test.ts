import { expect, test } from "vitest";
import type { Narration } from "../api/types";
import { levelOf } from "./narration";

function narration(more: Partial<Narration>): Narration {
  return { state: "live", why: null, level_db: -23.4, peak_db: -9, silent_since_utc: null, ...more } as Narration;
}

test.each([
  [{}, "good", -23.4],
  [{ peak_db: -0.2 }, "loud", -23.4],
  [{ level_db: -80, silent_since_utc: "2026-05-04T03:02:01Z" }, "silent", -80],
  [{ state: "connecting" as const }, "connecting", null],
  [{ state: "failed" as const }, "failed", null],
])("of %j it says %s", (more, state, decibels) => {
  const level = levelOf(narration(more), true);
  expect([level.state, level.decibels]).toEqual([state, decibels]);
});

test("why it does not work is told, and without contact nothing is known", () => {
  const failed = narration({ state: "failed", why: { fact: "The plug was pulled.", action: "" } as Narration["why"] });
  expect(levelOf(failed, true).why).toBe("The plug was pulled.");
  expect(levelOf(narration({}), false).state).toBe("none");
  expect(levelOf(null, true).state).toBe("none");
});
