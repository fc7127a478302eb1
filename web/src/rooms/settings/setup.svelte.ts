/** What the next start of the recorder takes: channels, and a camera that is tried before it becomes one. */
import { untrack } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import { ask, askPicture, Refusal, wordsOf, type Method } from "../../api/client";
import type { components } from "../../api/v1";
import { textOf } from "../../model/fields";
import { inTurn } from "../../model/turns";
import { access } from "../../texts/access";
import { Kept } from "./kept.svelte";

export type Setup = components["schemas"]["SetupView"];
export type SetupItem = components["schemas"]["SetupItemView"];
export type Tried = components["schemas"]["TriedView"];

/** The lists of what has a name, as their addresses have them. */
type List = "channels" | "sources";

/** A camera may take 20 s; the recorder answers soon after. */
const TRY_SECONDS = 40;
const BAD_REQUEST = 400;

class SetupState extends Kept {
  now = $state.raw<Setup | null>(null);
  /** The restart is asked for, and the recorder has not answered since. */
  restarts = $state(false);
  /** How often each field is in the forms that are open. */
  private readonly inForms = new SvelteMap<string, number>();

  /** What was refused of a field. */
  refusedOf(field: string): string {
    return this.field === field ? this.refused : "";
  }

  /** What was refused, where no field shows it. */
  get refusedElsewhere(): string {
    return this.field !== null && (this.inForms.get(this.field) ?? 0) > 0 ? "" : this.refused;
  }

  /** A field shows what is refused of it, until what this gives is called. */
  showsRefusalOf(field: string): () => void {
    const count = (by: number): void => {
      this.inForms.set(field, untrack(() => this.inForms.get(field) ?? 0) + by);
    };
    count(1);
    return () => {
      count(-1);
    };
  }

  async load(): Promise<void> {
    await this.keep(async () => {
      this.now = await ask<Setup>("GET", "/api/v1/setup");
      this.restarts = false;
    });
  }

  /** Takes what is set now, where somebody else may have changed it. What is said of the operator's own change stays. */
  readonly refresh: () => Promise<void> = inTurn(async () => {
    const known = this.now;
    const found = await ask<Setup>("GET", "/api/v1/setup").catch(() => null);
    if (found === null) return; // the bar says that there is no contact
    // The answer of a change has come meanwhile: what was asked for may be older.
    if (this.now !== known) {
      void this.refresh();
      return;
    }
    if (known === null) this.refused = "";
    this.now = found;
  });

  /**
   * Looks whether the recorder has started again, where that took less time than the page needs to miss it. One that is
   * still the old one says that it needs a restart, and nothing is taken from it.
   */
  async lookAfterRestart(): Promise<void> {
    const found = await ask<Setup>("GET", "/api/v1/setup").catch(() => null);
    if (!this.restarts || found === null || found.needs_restart) return;
    this.now = found;
    this.restarts = false;
  }

  /** Sends a change; true when it was accepted and is stored. */
  change(method: Method, path: string, body?: unknown): Promise<boolean> {
    return this.keep(async () => {
      this.now = await ask<Setup>(method, `/api/v1/setup${path}`, body === undefined ? {} : { body });
    });
  }

  /** Stores one of a list; `old` is its name until now, null for a new one. */
  put(list: List, old: string | null, table: object): Promise<boolean> {
    return old === null ? this.change("POST", `/${list}`, table) : this.change("PUT", pathOf(list, old), table);
  }

  remove(list: List, name: string): Promise<boolean> {
    return this.change("DELETE", pathOf(list, name));
  }

  /** What became of an address; null where the recorder refused to try it. */
  async tryInput(input: string, name: string | null): Promise<Tried | null> {
    let tried: Tried | null = null;
    await this.keep(async () => {
      const body = { input, name };
      tried = await ask<Tried>("POST", "/api/v1/setup/channels/try", { body, seconds: TRY_SECONDS });
    });
    return tried;
  }

  /**
   * A picture with an overlay over it, as an address for an image; or why there is none. `isOfOverlay`: the overlay
   * itself is refused, whichever channel it would be on.
   */
  async preview(channel: string, overlay: object): Promise<{ url: string; fault: string; isOfOverlay: boolean }> {
    try {
      const path = `/api/v1/setup/overlay/preview?name=${encodeURIComponent(channel)}`;
      const { url } = await askPicture("POST", path, { body: overlay, seconds: TRY_SECONDS });
      return { url, fault: "", isOfOverlay: false };
    } catch (error) {
      const isOfOverlay = error instanceof Refusal && error.status === BAD_REQUEST;
      return { url: "", fault: wordsOf(error, access().noAnswer), isOfOverlay };
    }
  }

  async restart(): Promise<void> {
    this.restarts = await this.keep(() => ask("POST", "/api/v1/setup/restart"));
  }
}

function pathOf(list: List, name: string): string {
  return `/${list}?name=${encodeURIComponent(name)}`;
}

export function nameOf(item: SetupItem): string {
  return textOf(item.table, "name");
}

export const setup = new SetupState();
