import { describe, expect, test } from "vitest";
import { runsOf } from "./frames";
import {
  arranged,
  frameAt,
  inSight,
  kept,
  nearest,
  neighbour,
  numberOf,
  secondsOf,
  shownAt,
  shownInstant,
  span,
  stepped,
  ticks,
  wholeView,
  zoomed,
  type Part,
} from "./playback";

function part(number: number, startMs: number, frames = 250): Part {
  const endMs = startMs + (frames - 1) * 40;
  return {
    channel: "Bow",
    number,
    startMs,
    endMs,
    firstFrame: 0,
    frames,
    runs: runsOf({ startMs, endMs, frames }, []),
    file: `/${number}`,
    subtitles: "",
    isOpen: false,
  };
}

const PARTS = [part(1, 1000), part(2, 11_000), part(3, 60_000)];

describe("which file shows an instant", () => {
  test("the one that has it, over a split too", () => {
    expect(shownAt(PARTS, [], "Bow", 1000)).toMatchObject({ part: PARTS[0], offsetMs: 0 });
    expect(shownAt(PARTS, [], "Bow", 10_990)).toMatchObject({ part: PARTS[0] });
    expect(shownAt(PARTS, [], "Bow", 11_000)).toMatchObject({ part: PARTS[1], offsetMs: 0 });
  });

  test("none before, between and after the files, and of another channel", () => {
    expect(shownAt(PARTS, [], "Bow", 990)).toMatchObject({ part: PARTS[0], offsetMs: 0 });
    expect(shownAt(PARTS, [], "Bow", 0).gap).toEqual({ fromMs: null, toMs: 1000 });
    expect(shownAt(PARTS, [], "Bow", 30_000).gap).toEqual({ fromMs: 20_960, toMs: 60_000 });
    expect(shownAt(PARTS, [], "Bow", 99_000).gap).toEqual({ fromMs: 69_960, toMs: null });
    expect(shownAt(PARTS, [], "Stern", 5000).gap).toEqual({ fromMs: null, toMs: null });
  });

  test("none where frames were lost", () => {
    const loss = { channel: "Bow", fromMs: 3000, toMs: 5000, frames: 49, cause: "reconnect" };
    expect(shownAt(PARTS, [loss], "Bow", 4000).gap).toMatchObject({ fromMs: 3000, toMs: 5000 });
    expect(shownAt(PARTS, [loss], "Bow", 5000).part).toBe(PARTS[0]);
    expect(shownAt(PARTS, [{ ...loss, toMs: 3100 }], "Bow", 3050).part).toBe(PARTS[0]);
  });
});

describe("the instant of what is shown", () => {
  const at = (ms: number): number => shownInstant(shownAt(PARTS, [], "Bow", ms), ms);

  test("lies in its frame, and not at the frame's edges", () => {
    expect([1000, 1039, 1040, 1057.5, 1079.4].map(at)).toEqual([1020, 1020, 1060, 1060, 1060]);
    for (let ms = 1000; ms < 11_000; ms += 7) expect(at(at(ms))).toBe(at(ms));
  });

  test("is near the beginning of a frame that lasts long", () => {
    const runs = runsOf({ startMs: 0, endMs: 10_000, frames: 11 }, []);
    const slow = [{ ...part(1, 0, 11), endMs: 10_000, runs }];
    expect(shownInstant(shownAt(slow, [], "Bow", 3700), 3700)).toBe(3020);
  });

  test("is the last frame's after the end of a file, and the instant itself where nothing was recorded", () => {
    expect(at(10_999)).toBe(10_980);
    expect(at(30_000.4)).toBe(30_000);
  });
});

describe("frames", () => {
  test("each has a number, and a time in its middle", () => {
    const first = part(1, 0);
    for (const frame of [0, 1, 7, 249]) {
      expect(frameAt(first, frame * 40)).toBe(frame);
      expect(frameAt(first, secondsOf(first, frame) * 1000)).toBe(frame);
    }
    expect(frameAt(first, 99_999)).toBe(249);
  });

  test("a step leads to the next one, and into the next file", () => {
    expect(stepped(PARTS, "Bow", 1050, 1)).toBe(1080);
    expect(stepped(PARTS, "Bow", 1050, -1)).toBe(1000);
    expect(shownAt(PARTS, [], "Bow", stepped(PARTS, "Bow", 10_960, 1)).part).toBe(PARTS[1]);
    expect(shownAt(PARTS, [], "Bow", stepped(PARTS, "Bow", 11_000, -1)).part).toBe(PARTS[0]);
  });
});

describe("a file with a loss inside", () => {
  // 40 ms each: frames 0 to 125 until 5 s, and 126 to 225 from 9 s on.
  const file = { startMs: 1000, endMs: 1000 + 9000 + 99 * 40, frames: 226 };
  const loss = { channel: "Bow", fromMs: 6000, toMs: 10_000, frames: 99, cause: "reconnect" };
  const withLoss = (cause: string): Part => ({ ...part(1, 1000), ...file, runs: runsOf(file, [{ ...loss, cause }]) });
  const holed = withLoss("reconnect");

  test("has each frame where it is", () => {
    expect([0, 40, 5000, 7000, 9000, 9040, 12_960].map((ms) => frameAt(holed, ms))).toEqual([
      0, 1, 125, 125, 126, 127, 225,
    ]);
    expect([0, 125, 126, 225].map((frame) => secondsOf(holed, frame))).toEqual([0.02, 5.02, 9.02, 12.98]);
  });

  test("is stepped over without the time in which there is none", () => {
    expect(stepped([holed], "Bow", 5960, 1)).toBe(6000);
    expect(stepped([holed], "Bow", 6000, 1)).toBe(10_000);
    expect(stepped([holed], "Bow", 10_000, -1)).toBe(6000);
    for (const at of [6000, 10_000]) expect(shownAt([holed], [loss], "Bow", at).part).toBe(holed);
    expect(shownInstant(shownAt([holed], [loss], "Bow", 10_041), 10_041)).toBe(10_060);
  });

  test("numbers behind it those that were received and not stored", () => {
    expect(numberOf(holed, 126)).toEqual({ number: 126, isAbout: false });
    expect(numberOf(withLoss("overload"), 125)).toEqual({ number: 125, isAbout: false });
    expect(numberOf(withLoss("overload"), 126)).toEqual({ number: 225, isAbout: false });
  });
});

describe("the timeline", () => {
  test("lasts from the first file to the last", () => {
    expect(span(PARTS)).toEqual({ startMs: 1000, endMs: 69_960 });
    expect(span([])).toEqual({ startMs: 0, endMs: 0 });
  });

  test("its ruler has round times", () => {
    expect(ticks(500, 60_500, 6)).toEqual([10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
    expect(ticks(0, 7_200_000, 5)).toHaveLength(4);
  });

  test("is zoomed around an instant, and never beyond the recording", () => {
    const whole = { startMs: 0, endMs: 100_000 };
    const view = zoomed({ fromMs: 0, toMs: 100_000 }, whole, 90_000, 0.5);
    expect(view).toEqual({ fromMs: 50_000, toMs: 100_000 });
    expect(zoomed(view, whole, 70_000, 9)).toEqual({ fromMs: 0, toMs: 100_000 });
    expect(zoomed(view, whole, 0, 0.001)).toEqual({ fromMs: 0, toMs: 2000 });
  });

  test("keeps what it shows while the recording grows, and one that is shown whole stays whole", () => {
    const before = { startMs: 0, endMs: 100_000 };
    const now = { startMs: 0, endMs: 105_000 };
    const view = zoomed(wholeView(before), before, 90_000, 0.5);
    expect(kept(view, before, now)).toBe(view);
    expect(kept(wholeView(before), before, now)).toEqual({ fromMs: 0, toMs: 105_000 });
    expect(kept({ fromMs: 0, toMs: 50_000 }, before, now)).toEqual({ fromMs: 0, toMs: 50_000 });
    expect(kept(view, before, { startMs: 60_000, endMs: 105_000 })).toEqual({ fromMs: 60_000, toMs: 105_000 });
    expect(wholeView({ startMs: 7, endMs: 7 })).toEqual({ fromMs: 7, toMs: 8 });
  });

  test("a press takes the nearest mark, keys the next one", () => {
    const marks = [
      { id: "a", fromMs: 1000, toMs: 1000 },
      { id: "b", fromMs: 1400, toMs: 5000 },
    ];
    expect(nearest(marks, 1150, 300)?.id).toBe("a");
    expect(nearest(marks, 3000, 300)?.id).toBe("b");
    expect(nearest(marks, 6000, 300)).toBeNull();
    expect(nearest(marks, 700, 300)?.id).toBe("a");
    expect(neighbour(marks, 1000, 1)?.id).toBe("b");
    expect(neighbour(marks, 1400, -1)?.id).toBe("a");
    expect(neighbour(marks, 1000, -1)).toBeNull();
  });
});

describe("marks that lie on each other", () => {
  test("are taken one after the other, by a press where all of them are", () => {
    const spans = [
      { id: "a", fromMs: 0, toMs: 5000 },
      { id: "b", fromMs: 1000, toMs: 3000 },
      { id: "c", fromMs: 2000, toMs: 9000 },
    ];
    const taken = (atMs: number, before: string | null): string | undefined => nearest(spans, atMs, 100, before)?.id;
    expect([null, "a", "b", "c", "other"].map((before) => taken(2500, before))).toEqual(["a", "b", "c", "a", "a"]);
    expect(taken(500, "a")).toBe("a");
    expect(taken(4000, "a")).toBe("c");
    expect(nearest([], 0, 100, "a")).toBeNull();
  });

  const view = { fromMs: 0, toMs: 1000 };
  const marks = Array.from({ length: 10_000 }, (_, at) => ({ id: String(at), fromMs: at / 10, toMs: at / 10 }));

  test("few are all drawn, and none that is out of sight", () => {
    const some = [...marks.slice(0, 3), { id: "late", fromMs: 2000, toMs: 2000 }];
    expect(inSight(some, view, 600)).toEqual(marks.slice(0, 3));
  });

  test("of very many one for each place is drawn, from the first to the last place", () => {
    const drawn = inSight(marks, view, 600);
    expect(drawn).toHaveLength(100);
    expect(drawn[0]?.fromMs).toBe(0);
    expect(drawn.at(-1)?.fromMs).toBeGreaterThanOrEqual(990);
  });

  test("a long one is drawn beside short ones that begin with it", () => {
    const long = { id: "long", fromMs: 0, toMs: 900 };
    expect(inSight([...marks, long], view, 600)).toContain(long);
  });
});

test("names are arranged as they stand in an order, and others follow", () => {
  expect(arranged(["Deck", "Stern", "Bow"], ["Bow", "Sonar", "Stern"])).toEqual(["Bow", "Stern", "Deck"]);
  expect(arranged(["Deck", "Bow"], [])).toEqual(["Deck", "Bow"]);
});
