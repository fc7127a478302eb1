import { describe, expect, test } from "vitest";
import { beginOf, runsOf } from "./frames";

const FILE = { startMs: 1000, endMs: 1000 + 9000 + 99 * 40, frames: 226 };

function loss(
  fromMs: number,
  toMs: number,
  cause = "reconnect",
  frames: number | null = 1,
): Parameters<typeof runsOf>[1][0] {
  return { channel: "Bow", fromMs, toMs, frames, cause };
}

describe("runs of frames", () => {
  test("without a loss they are even", () => {
    const even = [{ first: 0, frames: 3, fromMs: 0, toMs: 80, stepMs: 40, ahead: 0, isAbout: false }];
    expect(runsOf({ startMs: 7, endMs: 87, frames: 3 }, [])).toEqual(even);
    expect(runsOf({ startMs: 7, endMs: 87, frames: 3 }, [loss(0, 7), loss(87, 99)])).toEqual(even);
  });

  test("of a file with one frame, or none yet, there is one", () => {
    expect(runsOf({ startMs: 7, endMs: 7, frames: 1 }, [])).toMatchObject([{ frames: 1, stepMs: 40, isAbout: false }]);
    expect(runsOf({ startMs: 7, endMs: 7, frames: 0 }, [])).toMatchObject([{ frames: 0, isAbout: false }]);
  });

  test("a loss lies between two, and a frame may stand alone between two losses", () => {
    expect(runsOf(FILE, [loss(6000, 10_000)])).toEqual([
      { first: 0, frames: 126, fromMs: 0, toMs: 5000, stepMs: 40, ahead: 0, isAbout: false },
      { first: 126, frames: 100, fromMs: 9000, toMs: 12_960, stepMs: 40, ahead: 0, isAbout: false },
    ]);
    const alone = runsOf({ startMs: 0, endMs: 1000, frames: 5 }, [loss(500, 960), loss(40, 500)]);
    expect(alone.map((one) => [one.first, one.frames, one.fromMs])).toEqual([
      [0, 2, 0],
      [2, 1, 500],
      [3, 2, 960],
    ]);
  });

  test("where the frames do not add up it is said that they are estimates", () => {
    const odd = runsOf({ ...FILE, frames: 225 }, [loss(6000, 10_000)]);
    expect(odd.map((one) => one.isAbout)).toEqual([true, true]);
    expect(runsOf({ ...FILE, frames: 2 }, [loss(6000, 10_000)])).toMatchObject([{ frames: 2, isAbout: true }]);
  });

  test("what nobody counted makes the numbers behind it estimates", () => {
    const abouts = runsOf(FILE, [loss(6000, 10_000, "disk_slow", null)]).map((one) => one.isAbout);
    expect(abouts).toEqual([false, true]);
    const twice = runsOf(FILE, [loss(6000, 9000), loss(8000, 10_000)]);
    expect(twice.map((one) => [one.fromMs, one.isAbout])).toEqual([
      [0, false],
      [9000, true],
    ]);
  });

  test("a frame begins in its run", () => {
    const [before, behind] = runsOf(FILE, [loss(6000, 10_000)]);
    if (before === undefined || behind === undefined) throw new Error("there are two");
    expect([beginOf(before, 125), beginOf(behind, 126), beginOf(behind, 127)]).toEqual([5000, 9000, 9040]);
  });
});
