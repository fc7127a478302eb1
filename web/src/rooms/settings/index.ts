import { settings } from "../../texts/settings";
import type { Room } from "../room";
import View from "./View.svelte";

export const room: Room = {
  id: "settings",
  order: 4,
  key: "o",
  icon: "settings",
  title: () => settings().title,
  view: View,
};
