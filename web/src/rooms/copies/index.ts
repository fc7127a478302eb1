import { copyTexts } from "../../texts/copies";
import type { Room } from "../room";
import View from "./View.svelte";

export const room: Room = {
  id: "copies",
  order: null,
  within: "review",
  key: null,
  icon: "copies",
  title: () => copyTexts().title,
  view: View,
};
