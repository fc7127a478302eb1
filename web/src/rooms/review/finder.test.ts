import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { finder } from "./finder.svelte";

const ids = (from: number, to: number): string[] => {
  const found: string[] = [];
  for (let at = from; at >= to; at -= 1) found.push(String(at));
  return found;
};
/** Recordings, the newest first; a cursor is the place in them. */
let all: string[] = [];
let asked: URL[] = [];
/** Of the other lists what they have. */
let lists: Record<string, unknown[]> = {};
let observation: Record<string, unknown> = {};

function answer(address: string): Response {
  const url = new URL(address, "http://recorder");
  asked.push(url);
  if (/^\/api\/v1\/observations\/o\d$/.test(url.pathname)) return Response.json(observation);
  if (url.pathname !== "/api/v1/recordings")
    return Response.json({ items: lists[url.pathname] ?? [], next_cursor: null });
  const begin = Number(url.searchParams.get("cursor") ?? "0");
  const end = begin + Number(url.searchParams.get("limit"));
  const found = all.slice(begin, end);
  const items = found.map((id) => ({
    id,
    start_utc: new Date(Number(id) * 60_000).toISOString(),
    channels: id === "1" ? ["Keel"] : ["Bow"],
  }));
  return Response.json({ items, next_cursor: end < all.length ? String(end) : null });
}

const shown = (): string[] => finder.recordings.map(({ id }) => id);

beforeEach(async () => {
  vi.stubGlobal("fetch", (address: string) => Promise.resolve(answer(address)));
  all = ids(250, 1);
  Object.assign(finder.wanted, { text: "", from: "", to: "", channel: "", kind: "", dive: "" });
  await finder.search();
  asked = [];
});
afterEach(() => vi.unstubAllGlobals());

test("looking again keeps what was shown with Show more", async () => {
  await finder.more();
  await finder.refresh();
  expect(shown()).toEqual(ids(250, 51));
  await finder.more();
  expect(shown()).toEqual(ids(250, 1));
  expect(finder.cursor).toBeNull();
  await finder.refresh();
  expect(shown()).toEqual(ids(250, 1));
});

test("two presses at once show the next page once", async () => {
  await Promise.all([finder.more(), finder.more()]);
  expect(shown()).toEqual(ids(250, 51));
});

test("until it is searched for, what is typed changes neither the pages nor what is looked for again", async () => {
  finder.wanted.text = "weld";
  await finder.refresh();
  await finder.more();
  expect(asked.map((url) => url.searchParams.get("text"))).toEqual([null, null]);
  await finder.search();
  expect(asked[2]?.searchParams.get("text")).toBe("weld");
  expect(shown()).toEqual(ids(250, 151));
});

test("what belongs to no recording is listed with the newest first, a still once for all its channels", async () => {
  const still = { id: "f1", frame_utc: "2026-05-04T03:02:00Z", file: "" };
  const seen = { number: 1, code: "AN", label: "Anode", class: "finding", is_span: false, state: "closed", text: "" };
  lists = {
    "/api/v1/framegrabs": [
      { ...still, channel: "Bow" },
      { ...still, channel: "Stern" },
    ],
    "/api/v1/observations/outlines": [
      { ...seen, id: "o2", utc: "2026-05-04T03:03:00Z" },
      { ...seen, id: "o1", utc: "2026-05-04T03:01:00Z" },
    ],
  };
  await finder.openLoose();
  expect(finder.loose?.entries.map(({ id }) => id)).toEqual(["o2", "f1", "o1"]);
  expect(finder.loose?.isCut).toBe(false);
  expect(asked.every((url) => url.searchParams.get("without_recording") === "true")).toBe(true);
});

test("without a recording a dive and a kind leave their observations alone, which the recorder finds", async () => {
  Object.assign(finder.wanted, { kind: "AN", dive: " 12 " });
  await finder.search();
  asked = [];
  await finder.openLoose();
  expect(asked.map((url) => url.pathname)).toEqual(["/api/v1/observations/outlines"]);
  expect(asked.map((url) => [url.searchParams.get("kind"), url.searchParams.get("dive")])).toEqual([["AN", "12"]]);
});

test("without a recording a channel leaves what has files of it", async () => {
  const row = { number: 1, code: "AN", label: "Anode", class: "finding", is_span: false, state: "point", text: "" };
  const seen = { ...row, utc: "2026-05-04T03:02:00Z", clips: [] };
  lists = {
    "/api/v1/observations": [
      { ...seen, id: "o3", stills: [{ id: "f1", channel: "Stern", path: "" }] },
      { ...seen, id: "o2", stills: [{ id: "f1", channel: "Bow", path: "" }] },
      { ...seen, id: "o1", stills: [] },
    ],
  };
  finder.wanted.channel = "Bow";
  await finder.search();
  asked = [];
  await finder.openLoose();
  expect(finder.loose?.entries.map(({ id }) => id)).toEqual(["o2"]);
  const ofChannel = asked.filter((url) => url.searchParams.get("channel") === "Bow").map((url) => url.pathname);
  expect(ofChannel).toEqual(["/api/v1/clips", "/api/v1/framegrabs"]);
});

test("a time is searched, and what is no time asks nothing and changes nothing", async () => {
  finder.wanted.from = "2026-11-26 13:30";
  await finder.search();
  expect(asked[0]?.searchParams.get("from")).toBe("2026-11-26T13:30:00.000Z");
  finder.wanted.to = "2026-11-3";
  await finder.search();
  expect(asked).toHaveLength(1);
  expect(shown()).toEqual(ids(250, 151));
});

test("a channel that only an old recording has is known", async () => {
  await vi.waitUntil(() => finder.channels.includes("Keel"));
  expect(finder.channels).toEqual(["Bow", "Keel"]);
});

describe("an observation that is entered late", () => {
  const ANODE = { number: 2, code: "AN", label: "Anode", class: "finding", is_span: false, state: "point", text: "" };
  const entered = (more: object = {}): void => {
    observation = { ...ANODE, id: "o2", utc: "2026-05-04T03:02:30.481Z", recording_id: "250", ...more };
  };
  const inIt = (): (string | undefined)[] => finder.content?.entries.map(({ id }) => id) ?? [];

  beforeEach(async () => {
    const found = [
      { ...ANODE, id: "o1", utc: "2026-05-04T03:02:00Z" },
      { ...ANODE, id: "o3", utc: "2026-05-04T03:03:00Z" },
    ];
    lists = { "/api/v1/observations/outlines": found };
    await finder.open("250");
  });

  test("is shown at its place in the open recording, whose files are as they were", async () => {
    const before = finder.content;
    entered();
    await finder.saw("o2");
    expect(inIt()).toEqual(["o1", "o2", "o3"]);
    expect(finder.content?.points.map(({ id }) => id)).toEqual(["o1", "o2", "o3"]);
    expect(finder.content?.parts).toBe(before?.parts);
    expect(finder.content?.losses).toBe(before?.losses);
  });

  test("and withdrawn stays in the list, and lies on the timeline no more", async () => {
    entered();
    await finder.saw("o2");
    entered({ state: "withdrawn" });
    await finder.saw("o2");
    expect(inIt()).toEqual(["o1", "o2", "o3"]);
    expect(finder.content?.points.map(({ id }) => id)).toEqual(["o1", "o3"]);
  });

  test("in another recording changes nothing", async () => {
    entered({ recording_id: "249" });
    await finder.saw("o2");
    expect(inIt()).toEqual(["o1", "o3"]);
  });

  test("while the recording is being opened is there afterwards", async () => {
    entered();
    await Promise.all([finder.open("250"), finder.saw("o2")]);
    expect(inIt()).toEqual(["o1", "o2", "o3"]);
  });
});
