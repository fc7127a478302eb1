import { afterEach, expect, test, vi } from "vitest";
import { each } from "./pages";

function answerWith(rows: number): void {
  vi.stubGlobal("fetch", (address: string) => {
    const asked = new URL(address, "http://recorder").searchParams;
    const begin = Number(asked.get("cursor") ?? "0");
    const end = Math.min(begin + Number(asked.get("limit")), rows);
    const items = Array.from({ length: end - begin }, (_, at) => begin + at);
    return Promise.resolve(Response.json({ items, next_cursor: end < rows ? String(end) : null }));
  });
}

async function taken(rows: number, most: number): Promise<[number, boolean]> {
  answerWith(rows);
  const found: number[] = [];
  const isCut = await each<number>("clips", { recording: "r1" }, (row) => found.push(row), most);
  expect(found).toEqual(found.map((_, at) => at));
  return [found.length, isCut];
}

afterEach(() => vi.unstubAllGlobals());

test("a list that is read to its end is whole, one of which the rest is left out says so", async () => {
  expect(await taken(2500, 3000)).toEqual([2500, false]);
  expect(await taken(2500, 2500)).toEqual([2500, false]);
  expect(await taken(2501, 2500)).toEqual([2500, true]);
  expect(await taken(0, 2500)).toEqual([0, false]);
});
