/** Settings as the recorder has them, and changing them. What it refuses is said in its own words. */
import { ask, type Method } from "../../api/client";
import type { components } from "../../api/v1";
import { Kept } from "./kept.svelte";

export type All = components["schemas"]["SettingsAnswer"];
export type Definition = components["schemas"]["DefinitionView"];

/** It stands in the settings file, and nothing holds instead of it. */
export function isInFile({ is_ready: isReady, table }: Definition): boolean {
  return !isReady && table === null;
}

/** By the names of the Inspector command. */
export type Templates = Record<string, string | null>;

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
    await this.keep(async () => {
      this.all = await ask<All>("GET", "/api/v1/settings");
      this.templates = await ask<Templates>("GET", "/api/inspector/pathtemplate");
      this.definitions = (await ask<{ items: Definition[] }>("GET", "/api/v1/telemetry/definitions")).items;
    });
  }

  /** Sends a change, then takes what holds now. True when it was accepted. */
  async change(method: Method, path: string, body?: unknown): Promise<boolean> {
    this.isAccepted = false;
    const isDone = await this.keep(() => ask(method, path, body === undefined ? {} : { body }));
    if (isDone) {
      this.isAccepted = true;
      const refused = this.refused;
      await this.load();
      this.refused ||= refused;
    }
    return isDone;
  }
}

export const asked = new Asked();
