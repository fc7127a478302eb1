/** Settings as the recorder has them, and changing them. What it refuses is said in its own words. */
import { ask, type Method } from "../../api/client";
import type { components } from "../../api/v1";
import { inTurn } from "../../model/turns";
import { Kept } from "./kept.svelte";

export type All = components["schemas"]["SettingsAnswer"];
export type Definition = components["schemas"]["DefinitionView"];

/** It stands in the settings file, and nothing holds instead of it. */
export function isInFile({ is_ready: isReady, table }: Definition): boolean {
  return !isReady && table === null;
}

/** As the settings file calls them. */
export type Templates = components["schemas"]["TemplatesView"];

class Asked extends Kept {
  all = $state.raw<All | null>(null);
  templates = $state.raw<Templates | null>(null);
  definitions = $state.raw<Definition[]>([]);
  /** The last change was accepted; until the next one, or until another section is opened. */
  isAccepted = $state(false);

  /** A section is opened: it says nothing of what was done in another. */
  begin(): void {
    this.isAccepted = false;
    void this.load();
  }

  async load(): Promise<void> {
    await this.keep(this.read);
  }

  /** Takes what holds now, where somebody else may have changed it. What is said of the operator's own change stays. */
  async refresh(): Promise<void> {
    const isFirst = this.all === null;
    try {
      await this.read();
    } catch {
      return; // the bar says that there is no contact
    }
    if (isFirst) this.refused = "";
  }

  /**
   * Sends a change, then takes what holds now; also after a refusal, since what was to be changed may not be there any
   * more. True when it was accepted.
   */
  async change(method: Method, path: string, body?: unknown): Promise<boolean> {
    this.isAccepted = false;
    const isDone = await this.keep(() => ask(method, path, body === undefined ? {} : { body }));
    this.isAccepted = isDone;
    if (isDone) await this.load();
    else void this.refresh();
    return isDone;
  }

  private readonly read = inTurn(async () => {
    this.all = await ask<All>("GET", "/api/v1/settings");
    this.templates = await ask<Templates>("GET", "/api/v1/templates");
    this.definitions = (await ask<{ items: Definition[] }>("GET", "/api/v1/telemetry/definitions")).items;
  });
}

export const asked = new Asked();
