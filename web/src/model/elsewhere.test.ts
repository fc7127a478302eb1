import { expect, test } from "vitest";
import { Elsewhere, ofObservations, takenElsewhere, type Still } from "./elsewhere";

const NOON_MS = Date.parse("2026-11-26T12:00:00Z");

function row(id: string, second: number, channel = "Bow") {
  return { id, channel, instant_utc: new Date(NOON_MS + second * 1000).toISOString(), file: `/${id}/${channel}` };
}

function stills(...ids: string[]): Still[] {
  return takenElsewhere(
    ids.map((id, at) => row(id, at + 1)),
    new Set(),
    NOON_MS,
  );
}

test("files of one command are one still; this page's own and older ones are none", () => {
  const rows = [row("f3", 3, "Stern"), row("f3", 3), row("f2", 2), row("f1", 1), row("f0", 0)];
  const found = takenElsewhere(rows, new Set(["f2"]), NOON_MS);
  expect(found.map(({ id, files }) => [id, ...files.map((one) => one.channel)])).toEqual([
    ["f1", "Bow"],
    ["f3", "Bow", "Stern"],
  ]);
});

test("a still that an observation has taken is shown with that, and not told", () => {
  const all = stills("f1", "f2");
  const observed = ofObservations(all, [{ utc: all[1]?.instantUtc ?? "" }]);
  expect(observed.map((one) => one.id)).toEqual(["f2"]);
  const elsewhere = new Elsewhere();
  elsewhere.pass(observed);
  expect(elsewhere.hasNew(observed)).toBe(false);
  elsewhere.take(all, null, 0);
  expect(elsewhere.shown).toMatchObject({ count: 1, newest: { id: "f1" } });
});

test("stills that go on are one notice that counts, each of them once", () => {
  const elsewhere = new Elsewhere();
  elsewhere.take(stills("f1"), null, 0);
  expect(elsewhere.shown?.count).toBe(1);
  expect(elsewhere.hasNew(stills("f1"))).toBe(false);
  elsewhere.take(stills("f1", "f2", "f3"), null, 2000);
  expect([elsewhere.shown?.count, elsewhere.shown?.first.id, elsewhere.shown?.newest.id]).toEqual([3, "f1", "f3"]);
  elsewhere.end();
  expect(elsewhere.shown).toBeNull();
  elsewhere.take(stills("f1", "f2", "f3"), null, 20_000);
  expect(elsewhere.shown).toBeNull();
  elsewhere.take(stills("f1", "f2", "f3", "f4"), null, 22_000);
  expect(elsewhere.shown?.count).toBe(1);
});

test("a file that comes later belongs to its still", () => {
  const elsewhere = new Elsewhere();
  elsewhere.take(stills("f1"), null, 0);
  elsewhere.take(takenElsewhere([row("f1", 1), row("f1", 1, "Stern")], new Set(), NOON_MS), null, 2000);
  expect(elsewhere.shown?.count).toBe(1);
  expect(elsewhere.shown?.newest.files).toHaveLength(2);
});

test("who has closed it is left alone until there was a pause", () => {
  const elsewhere = new Elsewhere();
  elsewhere.take(stills("f1"), null, 0);
  elsewhere.close();
  elsewhere.take(stills("f1", "f2"), null, 59_000);
  elsewhere.take(stills("f1", "f2", "f3"), null, 118_000);
  expect(elsewhere.shown).toBeNull();
  elsewhere.take(stills("f1", "f2", "f3", "f4"), null, 178_000);
  expect(elsewhere.shown?.count).toBe(1);
});

test("where the list was too short for all that is new, there were more", () => {
  const elsewhere = new Elsewhere();
  elsewhere.take(stills("f1"), "own", 0);
  elsewhere.take(stills("f1", "f2"), "f1", 2000);
  expect(elsewhere.shown).toMatchObject({ count: 2, hasMore: false });
  elsewhere.take(stills("f4", "f5"), "f4", 4000);
  expect(elsewhere.shown).toMatchObject({ count: 4, hasMore: true });
});

test("however many came, one that is listed still is not told again", () => {
  const elsewhere = new Elsewhere();
  for (let at = 0; at < 3000; at += 1) elsewhere.take(stills(`f${at}`, `f${at + 1}`), null, at);
  expect(elsewhere.shown?.count).toBe(3001);
});
