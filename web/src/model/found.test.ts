import { expect, test } from "vitest";
import { refreshed } from "./found";

const at = (minute: number, state = "whole"): { id: string; start_utc: string; state: string } => ({
  id: `r${minute}`,
  start_utc: `2026-05-04T03:${String(minute).padStart(2, "0")}:00Z`,
  state,
});
const ids = (rows: { id: string }[]): string[] => rows.map(({ id }) => id);

test("what was shown with a second page stays below the newest page", () => {
  const shown = [at(9, "running"), at(8), at(7), at(6)];
  const { items, cursor } = refreshed(shown, "after 6", { items: [at(10), at(9)], next_cursor: "after 9" });
  expect(ids(items)).toEqual(["r10", "r9", "r8", "r7", "r6"]);
  expect(items[1]?.state).toBe("whole");
  expect(cursor).toBe("after 6");
});

test("a list that was shown to its end stays so when a new recording comes", () => {
  const { items, cursor } = refreshed([at(2), at(1)], null, { items: [at(3), at(2)], next_cursor: "after 2" });
  expect(ids(items)).toEqual(["r3", "r2", "r1"]);
  expect(cursor).toBeNull();
});

test("a single page is shown as it is: what has gone of it goes", () => {
  expect(refreshed([at(3), at(2)], null, { items: [at(3)], next_cursor: null })).toEqual({
    items: [at(3)],
    cursor: null,
  });
  expect(refreshed([at(3)], null, { items: [], next_cursor: null })).toEqual({ items: [], cursor: null });
  const first = refreshed([at(3), at(2)], "after 2", { items: [at(5), at(4)], next_cursor: "after 4" });
  expect(ids(first.items)).toEqual(["r5", "r4", "r3", "r2"]);
  expect(refreshed([], null, { items: [at(5)], next_cursor: "after 5" }).cursor).toBe("after 5");
});
