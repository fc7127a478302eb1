import { review } from "../../texts/review";
import type { Room } from "../room";
import View from "./View.svelte";

export const room: Room = {
  id: "review",
  order: 2,
  key: "e",
  icon: "review",
  title: () => review().title,
  view: View,
};
