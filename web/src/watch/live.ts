/** The page's one connection for live pictures, opened when the first is looked at. */
import { openLive, type LiveConnection } from "../live";

let connection: LiveConnection | null = null;

export function liveConnection(): LiveConnection {
  connection ??= openLive();
  return connection;
}
