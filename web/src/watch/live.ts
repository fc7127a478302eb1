/** The page's one connection for live pictures, opened when the first is looked at. */
import { openLive, type LiveConnection } from "../live";

const TURN_MS = 200;

let connection: LiveConnection | null = null;
const turns = new Set<() => void>();
let clock = 0;

export function liveConnection(): LiveConnection {
  connection ??= openLive();
  return connection;
}

/** Calls it a few times a second until what is returned is called. All at once, so that the page is laid out once. */
export function inEachTurn(what: () => void): () => void {
  turns.add(what);
  clock ||= window.setInterval(() => {
    for (const one of turns) one();
  }, TURN_MS);
  return () => {
    turns.delete(what);
    if (turns.size > 0) return;
    window.clearInterval(clock);
    clock = 0;
  };
}
