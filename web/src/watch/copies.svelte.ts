/** How the targets of copies stand. Asked for as long as something on the page shows it. */
import { ask } from "../api/client";
import type { CopyTarget, Rows, VerifiedCopy } from "../api/types";
import { inTurn } from "../model/turns";

const EVERY_MS = 2000;

class Copies {
  /** Null until the recorder has answered. */
  targets = $state.raw<CopyTarget[] | null>(null);
  /** How many verified copies recordings have, by their ids. */
  counts = $state.raw<ReadonlyMap<string, number>>(new Map());
  private readonly uncounted = new Set<string>();
  private isCounting = false;
  private watchers = 0;
  private timer = 0;

  /** Call it in an `$effect`, and return what it returns. */
  watch(): () => void {
    this.watchers += 1;
    if (this.watchers === 1) {
      void this.look();
      this.timer = window.setInterval(() => {
        if (!document.hidden) void this.look();
      }, EVERY_MS);
    }
    return () => {
      this.watchers -= 1;
      if (this.watchers === 0) window.clearInterval(this.timer);
    };
  }

  /** Asks how many a recording has: one recording after the other, since a list has very many. */
  async count(recording: string): Promise<void> {
    this.uncounted.add(recording);
    if (this.isCounting) return;
    this.isCounting = true;
    for (const one of this.uncounted) {
      this.uncounted.delete(one);
      try {
        this.counts = new Map(this.counts).set(one, (await copiesOf(one)).length);
      } catch {
        // What was known stays.
      }
    }
    this.isCounting = false;
  }

  private readonly look = inTurn(async () => {
    try {
      this.targets = (await ask<Rows<CopyTarget>>("GET", "/api/v1/copies")).items;
    } catch {
      // What was known stays; the bar says that there is no contact.
    }
  });
}

export const copies = new Copies();

/** The complete copies of a recording. Throws a `Refusal`. */
export async function copiesOf(recording: string): Promise<VerifiedCopy[]> {
  const path = `/api/v1/recordings/${encodeURIComponent(recording)}/copies`;
  return (await ask<Rows<VerifiedCopy>>("GET", path)).items;
}
