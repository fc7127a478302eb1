import { live } from "../../texts/live";
import type { Room } from "../room";
import View from "./View.svelte";

export const room: Room = { id: "", order: 1, key: "v", icon: "wall", title: () => live().title, view: View };
