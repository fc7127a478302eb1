/** What the dialog of the stop says of the recording that would end: figures only where they are known now. */
import type { Bar } from "../../model/bar";
import { duration } from "../../model/figures";
import type { actions as texts } from "../../texts/actions";

export function stopSays(bar: Bar, t: ReturnType<typeof texts>): string {
  switch (bar.state) {
    case "no-contact":
      return t.stopUnknown;
    case "idle":
      return "";
    default:
      return bar.seconds === null ? t.stopNothing : t.stopFact(duration(bar.seconds), bar.onDisk);
  }
}
