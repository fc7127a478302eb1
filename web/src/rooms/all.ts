/** All rooms: each folder beside this file that has an `index.ts`. */
import type { Room } from "./room";

const found = import.meta.glob<{ room: Room }>("./*/index.ts", { eager: true });

export const ROOMS: readonly Room[] = Object.values(found).map((one) => one.room);

export const VIEWS: readonly Room[] = ROOMS.filter((one) => one.order !== null).sort(
  (one, other) => (one.order ?? 0) - (other.order ?? 0),
);

export function roomOf(id: string): Room | undefined {
  return ROOMS.find((one) => one.id === id);
}
