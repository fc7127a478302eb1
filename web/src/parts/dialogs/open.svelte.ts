/** Which dialog is open. Any room may open one; `Dialogs.svelte` shows it. */
import type { Observation } from "../../api/types";
import type { Made } from "../../model/entries";
import type { Given } from "../../model/late";
import { session } from "../../watch/session.svelte";

export type Open =
  | { name: "stop" }
  | { name: "keys" }
  /** What has no place beside the pictures of a narrow window. */
  | { name: "more" }
  /** Asks before something is done that cannot be taken back by a key. */
  | { name: "confirm"; title: string; hint: string; verb: string; run: () => Promise<void> }
  | { name: "note" }
  /** `given`: of the picture that is played; null: some time ago. */
  | { name: "late"; given: Given | null }
  | { name: "context" }
  | { name: "fill"; observation: Observation }
  | { name: "withdraw"; observation: Observation }
  /** A still or a clip: its file of the channel `first`, if it has one. */
  | { name: "made"; made: Made; first: string; order: readonly string[] }
  | { name: "seen"; id: string; title: string }
  /** `when` is how the recording is called; `onend` is called once it is gone. */
  | { name: "remove"; recording: string; when: string; onend: () => void };

let open = $state.raw<Open | null>(null);

export function openDialog(): Open | null {
  return open;
}

/** Those that a viewer gets: nothing is changed in them. */
const LOOKING: ReadonlySet<Open["name"]> = new Set(["keys", "more", "made", "seen"]);

/** A viewer gets none in which something is changed; why is said below the bar. */
export function show(wanted: Open | null): void {
  if (wanted !== null && !LOOKING.has(wanted.name) && !session.mayAct) return;
  open = wanted;
}
