import { live } from "../../texts/live";
import type { Room } from "../room";
import View from "./View.svelte";

export const room: Room = {
  id: "channel",
  order: null,
  key: null,
  icon: "wall",
  title: () => live().title,
  view: View,
};
