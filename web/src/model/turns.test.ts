import { expect, test } from "vitest";
import { inTurn, Newest } from "./turns";

/** Work that ends when it is told to, with the number of its beginning. */
function slow() {
  const ends: (() => void)[] = [];
  const shown: number[] = [];
  let begun = 0;
  const work = async () => {
    const number = (begun += 1);
    await new Promise<void>((done) => ends.push(done));
    shown.push(number);
  };
  return { ends, shown, ask: inTurn(work), begun: () => begun };
}

/** Lets what is ready go on. */
async function turn(): Promise<void> {
  for (let step = 0; step < 10; step += 1) await Promise.resolve();
}

test("asked for while it runs, it runs once more afterwards, however often it was asked for", async () => {
  const { ends, shown, ask, begun } = slow();
  const first = ask();
  void ask();
  void ask();
  expect(begun()).toBe(1);
  ends[0]?.();
  await turn();
  expect(begun()).toBe(2);
  ends[1]?.();
  await first;
  expect(shown).toEqual([1, 2]);
});

test("afterwards it can be asked for again, also when it failed", async () => {
  let tries = 0;
  const ask = inTurn(async () => {
    tries += 1;
    await turn();
    if (tries === 1) throw new Error("no contact");
  });
  await expect(ask()).rejects.toThrow("no contact");
  await ask();
  expect(tries).toBe(2);
});

test("of requests that overlap the newest one's answer counts, whichever comes first", async () => {
  const newest = new Newest();
  let answerFirst: (word: string) => void = () => undefined;
  const first = newest.of(() => new Promise<string>((done) => (answerFirst = done)));
  const second = newest.of(() => Promise.resolve("second"));
  expect(await second).toBe("second");
  expect(newest.isAwaited).toBe(true);
  answerFirst("first");
  expect(await first).toBeNull();
  expect(newest.isAwaited).toBe(false);
});

test("after a request that failed nothing is waited for", async () => {
  const newest = new Newest();
  await expect(newest.of(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(newest.isAwaited).toBe(false);
});
