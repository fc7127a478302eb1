import { describe, expect, it } from "vitest";
import { AIM_SECONDS, Captures, course, removable } from "./edge";

describe("course", () => {
  it("jumps to the newest picture at the beginning and after the page was hidden", () => {
    expect(course([[0, 5]], 0, true)).toEqual({ rate: 1, jumpTo: 5 - AIM_SECONDS });
    expect(course([[4.99, 5]], 0, true)).toEqual({ rate: 1, jumpTo: 4.99 });
  });

  it("does nothing while there is no picture", () => {
    expect(course([], 3, true)).toEqual({ rate: 1, jumpTo: null });
  });

  it("plays at the usual pace where it should be", () => {
    expect(course([[0, 5]], 5 - AIM_SECONDS, false)).toEqual({ rate: 1, jumpTo: null });
  });

  it.each([0.22, 0.5, 0.99])("catches up by its rate when it is %d s behind", (behind) => {
    const { rate, jumpTo } = course([[0, 5]], 5 - behind, false);
    expect(jumpTo).toBeNull();
    expect(rate).toBeGreaterThan(1);
    expect(rate).toBeLessThanOrEqual(1.5);
  });

  it("waits for pictures by its rate", () => {
    const { rate, jumpTo } = course([[0, 5]], 4.99, false);
    expect(jumpTo).toBeNull();
    expect(rate).toBeLessThan(1);
    expect(rate).toBeGreaterThanOrEqual(0.9);
  });

  it("makes half a second good within two, and stays then", () => {
    let behind = 0.5 + AIM_SECONDS;
    for (let tick = 0; tick < 20; tick += 1) behind -= 0.1 * (course([[0, 100]], 100 - behind, false).rate - 1);
    expect(behind - AIM_SECONDS).toBeLessThan(0.1);
    expect(behind).toBeGreaterThan(AIM_SECONDS);
  });

  it("keeps its pace while the pictures of a tenth of a second come together", () => {
    for (const behind of [-0.05, 0, 0.05]) {
      expect(course([[0, 5]], 5 - AIM_SECONDS - behind, false)).toEqual({ rate: 1, jumpTo: null });
    }
  });

  it("jumps when it is more than a second behind, or ahead of a stream that began again", () => {
    expect(course([[0, 5]], 3.9, false).jumpTo).toBeCloseTo(5 - AIM_SECONDS);
    expect(course([[0, 5]], 7, false).jumpTo).toBeCloseTo(5 - AIM_SECONDS);
  });

  it("jumps over what was left out", () => {
    expect(course([[0, 4], [4.8, 5]], 4, false).jumpTo).toBeCloseTo(5 - AIM_SECONDS); // prettier-ignore
  });
});

describe("removable", () => {
  it("is the newest keyframe that is long past, and never the place from where pictures are shown", () => {
    expect(removable([0, 1, 2, 3, 4, 5], 5.5)).toBe(3);
    expect(removable([0, 10], 9.9)).toBeNull();
    expect(removable([0, 10], 12)).toBe(10);
    expect(removable([], 12)).toBeNull();
  });
});

describe("Captures", () => {
  it("tells when the picture was taken that is shown", () => {
    const captures = new Captures();
    expect(captures.at(1)).toBeNull();
    for (const [seconds, ms] of [[0, 100], [0.08, 180], [0.04, 140]] as const) captures.put(seconds, ms); // prettier-ignore
    expect([captures.at(0.03), captures.at(0.05), captures.at(3)]).toEqual([100, 140, 180]);
  });

  it("forgets what is long past", () => {
    const captures = new Captures();
    for (let at = 0; at < 2000; at += 1) captures.put(at, at);
    expect(captures.at(5)).toBeNull();
    expect(captures.at(1999)).toBe(1999);
  });
});
