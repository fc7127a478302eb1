/** Where the page is after the recorder was started again with another address or other ports. */
import type { components } from "../api/v1";

export type Listens = components["schemas"]["ListensView"];

/** Where the page is open now, as `location` has it. */
export interface Here {
  protocol: string;
  hostname: string;
}

export interface PageAt {
  url: string;
  /** False: from this computer nothing will be there, only on the recorder itself. */
  isReached: boolean;
}

const EVERY = ["0.0.0.0", "::"];

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  return bare === "localhost" || bare === "::1" || bare.startsWith("127.");
}

/** The page's address for this browser; null where it stays where it is. */
export function pageAt(here: Here, now: Listens, next: Listens): PageAt | null {
  const before = portOf(here, now);
  // Who came by HTTPS to a recorder without it came through another program, which stays where it is.
  if (before === null) return null;
  const isSecure = here.protocol === "https:" && next.secure_port !== null;
  const port = portOf(here, next) ?? next.inspector_port;
  const hostname = nameAt(here, next.host);
  if (port === before && (hostname === here.hostname || next.host === now.host)) return null;
  const isReached = !isLoopback(next.host) || isLoopback(here.hostname);
  return { url: `${isSecure ? "https" : "http"}://${hostname}:${port}/`, isReached };
}

function portOf(here: Here, listens: Listens): number | null {
  return here.protocol === "https:" ? listens.secure_port : listens.inspector_port;
}

/** Who looks from the recorder itself at one address of the network would find nothing at 127.0.0.1. */
function nameAt(here: Here, host: string): string {
  if (EVERY.includes(host) || (isLoopback(host) && isLoopback(here.hostname))) return here.hostname;
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
