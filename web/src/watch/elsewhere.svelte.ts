/** Looks which stills were taken elsewhere than on this page, as events tell that stills are stored. */
import { ask, query } from "../api/client";
import type { components } from "../api/v1";
import type { Outline, Rows } from "../api/types";
import { Elsewhere, ofObservations, takenElsewhere, type Series, type Still } from "../model/elsewhere";
import { inTurn } from "../model/turns";
import { actions } from "./actions.svelte";
import { recorder } from "./recorder.svelte";

type FramegrabRow = components["schemas"]["FramegrabRow"];

/** The files of one command come one after the other. */
const SETTLES_MS = 300;
/** A program may take a still each second: so often is looked at most. */
const PACE_MS = 2000;
const ROWS = 100;

class StillsElsewhere {
  series = $state.raw<Series | null>(null);
  private readonly all = new Elsewhere();
  private lookedAt = 0;

  /**
   * Looks again if stills were stored since. While one of this page waits for its answer, nobody knows which it is: then
   * it is to be asked for again afterwards.
   */
  readonly look = inTurn(async () => {
    const stored = recorder.stillsStored;
    if (stored === this.lookedAt || actions.isBusy("still")) return;
    await pause(SETTLES_MS);
    try {
      if (await this.found()) this.lookedAt = stored;
    } catch {
      // Seen with the next one; the bar says that there is no contact.
    }
    await pause(PACE_MS);
  });

  close(): void {
    this.all.close();
    this.series = this.all.shown;
  }

  end(): void {
    this.all.end();
    this.series = this.all.shown;
  }

  private async found(): Promise<boolean> {
    const path = query("/api/v1/framegrabs", { newest_first: true, limit: ROWS });
    const { items, next_cursor: next } = await ask<Rows<FramegrabRow>>("GET", path);
    const others = (): Still[] => takenElsewhere(items, actions.ownStills, afterMs());
    if (this.all.hasNew(others())) {
      const observed = await this.observed();
      this.all.pass(ofObservations(others(), observed));
    }
    if (actions.isBusy("still")) return false; // it may be among them
    this.all.take(others(), next === null ? null : (items.at(-1)?.id ?? null), performance.now());
    this.series = this.all.shown;
    return true;
  }

  /** The observation is listed before its still is taken. */
  private async observed(): Promise<Outline[]> {
    const path = query("/api/v1/observations/outlines", { newest_first: true, limit: ROWS });
    return (await ask<Rows<Outline>>("GET", path)).items;
  }
}

/** What is older was there before the page was, or may be its own; also where the recorder's clock has stepped back. */
function afterMs(): number {
  const since = Math.min(recorder.listensSinceMs ?? Infinity, recorder.utcMs ?? Infinity);
  return Math.max(since, actions.ownStillsUntilMs);
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => window.setTimeout(done, ms));
}

export const stillsElsewhere = new StillsElsewhere();
