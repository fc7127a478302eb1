/** What a folder in `rooms` has to say of its room, in its `index.ts`; nothing else has to know of it. */
import type { Component } from "svelte";
import type { IconName } from "../parts/icons";

export interface Room {
  /** The first piece of its address, which `api/operator_page.py` knows too; empty for the wall, the first room. */
  id: string;
  /** Its place in the list of views; null for a room that is opened from another one. */
  order: number | null;
  /** The view that leads to it, and is marked while it is shown; the first one, if nothing is said. */
  within?: string;
  /** The single key that opens it; null for none. */
  key: string | null;
  icon: IconName;
  title: () => string;
  /**
   * Fills the places `room` and, if it likes, `foot` (classes of these names). What its address says after the id is in
   * `here().rest`; the view is made anew when that changes.
   */
  view: Component;
}
