import { describe, expect, test, vi } from "vitest";
import type { Outline } from "../api/types";
import { inOrder, lossOf, narrowed, Seen, Together, withoutSeen, withSeen } from "./entries";
import { inSight, neighbour } from "./playback";

const NAMES = { still: "Still", clip: "Clip", withdrawn: "withdrawn" };
const DAY_MS = Date.parse("2026-11-26T00:00:00Z");

function outline(given: Partial<Outline>): Outline {
  const utc = "2026-11-26T10:00:00.000000Z";
  return {
    id: "o1",
    number: 1,
    code: "AN",
    label: "Anode",
    class: "finding",
    is_span: false,
    state: "point",
    utc,
    to_utc: null,
    text: "",
    ...given,
  };
}

interface StillRow {
  id: string;
  channel: string;
  file: string;
  utc: string;
}

function stills(...rows: StillRow[]): Together<StillRow> {
  const found = new Together<StillRow>("still", ({ utc }) => ({ from: utc, to: utc, isOpen: false }));
  rows.forEach((one) => found.add(one));
  return found;
}

const STILL = { id: "f1", channel: "Bow", file: "/bow", utc: "2026-11-26T10:00:01Z" };

describe("what is searched for", () => {
  const all = [
    new Seen(outline({ text: "half gone" })),
    new Seen(outline({ id: "o2", code: "FS", label: "Free span" })),
    new Seen(outline({ id: "o3", number: 2, state: "withdrawn" })),
    ...stills(STILL).all,
  ];

  test.each([
    ["", "", 4],
    ["", "FS", 1],
    ["anode  HALF", "", 1],
    ["bow", "", 1],
    ["STILL bow", "", 1],
    ["withdrawn", "", 1],
    ["an-002", "", 1],
    ["half", "AN", 1],
    ["free", "AN", 4],
    ["a word of the file's name", "", 4],
  ])("%o of the kind %o: %i are shown", (text, kind, count) => {
    expect(narrowed(all, { text, kind }, NAMES)).toHaveLength(count);
  });

  test("where nothing matches, what is to be shown otherwise is", () => {
    expect(narrowed(all, { text: "free", kind: "AN" }, NAMES, [])).toEqual([]);
  });
});

test("stills of one instant are one entry with a file of each channel", () => {
  const { all } = stills(STILL, { ...STILL, channel: "Stern", file: "/stern" }, { ...STILL, id: "f2" });
  expect(all.map((one) => one.files.map(({ file }) => file))).toEqual([["/bow", "/stern"], ["/bow"]]);
});

test("a span that is open has no end, and a point no length", () => {
  const [point, span, open] = [
    new Seen(outline({})),
    new Seen(outline({ is_span: true, state: "closed", to_utc: "2026-11-26T10:00:09Z" })),
    new Seen(outline({ is_span: true, state: "open" })),
  ].map((one) => one.toMs - one.fromMs);
  expect([point, span, open]).toEqual([0, 9000, Infinity]);
});

test("a loss has its time as numbers", () => {
  const row = { channel: "Bow", frames: 25, cause: "reconnect", detail: "no frames" };
  const loss = lossOf({ ...row, from_utc: "2026-11-26T00:00:01Z", to_utc: "2026-11-26T00:00:02Z" });
  expect(loss).toEqual({ ...row, fromMs: DAY_MS + 1000, toMs: DAY_MS + 2000 });
});

test("the time of each of very many observations is parsed once, and no words are made of those out of sight", () => {
  const parsed = vi.spyOn(Date, "parse");
  const count = 5000;
  const all = Array.from(
    { length: count },
    (_, at) => new Seen(outline({ id: `o${at}`, number: at, utc: new Date(DAY_MS + at * 1000).toISOString() })),
  );
  const titles = vi.spyOn(Seen.prototype, "title", "get");
  const entries = inOrder(all, stills(STILL).all);
  expect(entries.map((one) => one.fromMs)).toEqual(
    entries.map((one) => one.fromMs).sort((early, late) => early - late),
  );
  expect(narrowed(entries, { text: "an-04", kind: "AN" }, NAMES).length).toBeLessThan(count);
  expect(inSight(all, { fromMs: DAY_MS, toMs: DAY_MS + count * 1000 }, 600)).toHaveLength(100);
  expect(neighbour(all, DAY_MS + 9000, 1)?.id).toBe("o10");
  expect(parsed).toHaveBeenCalledTimes(count + 1);
  expect(titles).not.toHaveBeenCalled();
});

test("one that is entered late comes to its place in time, and one that has changed takes its own place", () => {
  const at = (id: string, second: string, more: Partial<Outline> = {}): Seen =>
    new Seen(outline({ id, utc: `2026-11-26T10:00:${second}Z`, ...more }));
  const [still] = stills(STILL).all;
  const all = inOrder([at("o1", "00"), at("o2", "02")], still === undefined ? [] : [still]);
  const ids = (found: readonly { id: string }[]): string[] => found.map((one) => one.id);
  expect(ids(withSeen(all, at("o3", "01.5")))).toEqual(["o1", "f1", "o3", "o2"]);
  expect(ids(withSeen(all, at("o3", "09")))).toEqual(["o1", "f1", "o2", "o3"]);
  expect(ids(withSeen(all, at("f1", "00.1")))).toEqual(["o1", "f1", "f1", "o2"]); // a still may have the same id
  const changed = withSeen(all, at("o2", "02", { text: "half gone" }));
  expect(ids(changed)).toEqual(ids(all));
  expect(changed.at(-1)?.said).toContain("half gone");
  expect(ids(withoutSeen(all, "o2"))).toEqual(["o1", "f1"]);
});
