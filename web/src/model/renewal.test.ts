import { expect, test } from "vitest";
import { mayRenew, type Moment } from "./renewal";

const quiet: Moment = {
  idleSeconds: 11,
  isAsking: false,
  isPlaying: false,
  isWaiting: false,
  isInContact: true,
  sinceRenewalSeconds: null,
};

test("a page that nobody uses loads itself again", () => {
  expect(mayRenew(quiet)).toBe(true);
});

test.each<Partial<Moment>>([
  { idleSeconds: 3 },
  { isAsking: true },
  { isPlaying: true },
  { isWaiting: true },
  { isInContact: false },
  { sinceRenewalSeconds: 20 },
])("it waits while %o", (other) => {
  expect(mayRenew({ ...quiet, ...other })).toBe(false);
});

test("one that loaded itself long ago may do it again", () => {
  expect(mayRenew({ ...quiet, sinceRenewalSeconds: 3600 })).toBe(true);
});
