/** Which dialog is open. Any room may open one; `Dialogs.svelte` shows it. */
import type { Observation } from "../../api/types";

export type Open =
  | { name: "stop" }
  | { name: "keys" }
  | { name: "note" }
  /** `utc`: an instant of the past that is given already, such as the one that is played. */
  | { name: "late"; utc: string | null }
  | { name: "context" }
  | { name: "fill"; observation: Observation }
  | { name: "withdraw"; observation: Observation };

let open = $state.raw<Open | null>(null);

export function openDialog(): Open | null {
  return open;
}

export function show(wanted: Open | null): void {
  open = wanted;
}
