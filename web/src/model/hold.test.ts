import { expect, test } from "vitest";
import { held, HOLD_MS, newHold, progress, SEEN_MS, type Hold, type HoldEvent } from "./hold";

const TICK_MS = 50;

/** With a tick each 50 ms in between, as the page makes them. */
function after(isKeyDown: boolean, ...events: [HoldEvent, number][]): Hold {
  let hold = newHold(isKeyDown);
  let beforeMs = 0;
  for (const [event, ms] of events) {
    for (let tickMs = beforeMs + TICK_MS; tickMs < ms; tickMs += TICK_MS) hold = held(hold, "tick", tickMs);
    hold = held(hold, event, ms);
    beforeMs = ms;
  }
  return hold;
}

test("holding long enough counts", () => {
  expect(after(false, ["press", 0], ["tick", HOLD_MS - 1]).isDone).toBe(false);
  expect(after(false, ["press", 0], ["tick", HOLD_MS]).isDone).toBe(true);
});

test("letting go earlier changes nothing, and the next press begins from nothing", () => {
  const hold = after(false, ["press", 0], ["tick", 1000], ["release", 1400], ["press", 1450], ["tick", HOLD_MS + 10]);
  expect(hold.isDone).toBe(false);
  expect(progress(hold, 1450 + HOLD_MS / 2)).toBeCloseTo(0.5);
});

test("while the page stands still nobody is seen to hold", () => {
  const clicked = held(after(false, ["press", 100]), "tick", 100 + 10 * HOLD_MS);
  expect([clicked.isDone, progress(clicked, 100 + 10 * HOLD_MS)]).toEqual([false, SEEN_MS / HOLD_MS]);
  expect(held(clicked, "release", 110 + 10 * HOLD_MS).isDone).toBe(false);
});

test("the key that opened it has to be let go first", () => {
  const still = after(true, ["key-press", 0], ["tick", 10 * HOLD_MS]);
  expect(still.isDone).toBe(false);
  const again = after(true, ["key-press", 0], ["key-release", 100], ["key-press", 200], ["tick", 200 + HOLD_MS]);
  expect(again.isDone).toBe(true);
});

test("what is held while the window loses the keyboard counts no more", () => {
  const hold = after(false, ["key-press", 0], ["tick", 100], ["blur", 200], ["tick", 10 * HOLD_MS]);
  expect([hold.isDone, hold.sinceMs]).toEqual([false, null]);
  expect(after(false, ["press", 0], ["blur", 200], ["tick", 10 * HOLD_MS]).isDone).toBe(false);
});

test("what is done stays done", () => {
  const done = after(false, ["press", 0], ["tick", HOLD_MS], ["release", HOLD_MS + 1]);
  expect(done.isDone).toBe(true);
  expect(progress(done, 0)).toBe(1);
});
