import { expect, test } from "vitest";
import type { CopyTarget, VerifiedCopy } from "../api/types";
import { byTarget, shareOf, signOf, standingOf, waitedSeconds, worstOf } from "./copies";

function target(more: Partial<CopyTarget>): CopyTarget {
  const nothing = { behind_files: 0, behind_bytes: 0, behind_folders: 0, behind_since_utc: null, is_too_late: false };
  return { name: "NAS", state: "idle", why: null, progress: null, ...nothing, ...more } as CopyTarget;
}

const behind = { behind_files: 2, behind_bytes: 9, behind_since_utc: "2026-05-04T03:00:00Z" };

test.each([
  [{}, "whole"],
  [{ state: "copying", ...behind }, "copying"],
  [{ state: "waiting", behind_folders: 1 }, "waiting"],
  [{ state: "idle", ...behind }, "waiting"],
  [{ state: "copying", is_too_late: true, ...behind }, "behind"],
  [{ state: "failed", is_too_late: true, ...behind }, "failed"],
] as const)("%o is %s", (more, standing) => {
  expect(standingOf(target(more))).toBe(standing);
});

test("a recording has copies, may get its first one, or has none", () => {
  expect(signOf(2, [target(behind)])).toBe("copied");
  expect(signOf(0, [target({}), target({ state: "failed", ...behind })])).toBe("coming");
  expect(signOf(0, [target({})])).toBe("none");
});

test("the worst of all targets counts", () => {
  expect(worstOf([])).toBeNull();
  expect(worstOf([target({}), target({ state: "failed" }), target({ is_too_late: true })])).toBe("failed");
  expect(worstOf([target({}), target({ state: "copying" })])).toBe("copying");
});

test("the time that the oldest waits is never negative", () => {
  expect(waitedSeconds(target(behind), Date.parse("2026-05-04T03:02:00Z"))).toBe(120);
  expect(waitedSeconds(target(behind), 0)).toBe(0);
  expect(waitedSeconds(target({}), 0)).toBeNull();
});

test("an empty file is done, and none is more than done", () => {
  expect(shareOf({ done_bytes: 0, bytes: 0 })).toBe(1);
  expect(shareOf({ done_bytes: 1, bytes: 4 })).toBe(0.25);
  expect(shareOf({ done_bytes: 5, bytes: 4 })).toBe(1);
});

test("each target has its copies, the newest first, and one that is named no more comes last", () => {
  const copy = (of: string, utc: string): VerifiedCopy =>
    ({ target: of, place: utc, verified_utc: utc }) as VerifiedCopy;
  const copies = [
    copy("Old", "2026-01-01T00:00:00Z"),
    copy("USB", "2026-05-01T00:00:00Z"),
    copy("USB", "2026-05-02T00:00:00Z"),
  ];
  const found = byTarget([target({}), target({ name: "USB" })], copies);
  expect(found.map((one) => [one.target, one.copies.map(({ place }) => place.slice(0, 10))])).toEqual([
    ["NAS", []],
    ["USB", ["2026-05-02", "2026-05-01"]],
    ["Old", ["2026-01-01"]],
  ]);
});
