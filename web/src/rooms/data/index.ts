import { data } from "../../texts/data";
import type { Room } from "../room";
import View from "./View.svelte";

export const room: Room = { id: "data", order: 3, key: "d", icon: "data", title: () => data().title, view: View };
