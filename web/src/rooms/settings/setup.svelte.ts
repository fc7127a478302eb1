/** What the next start of the recorder takes: channels, and a camera that is tried before it becomes one. */
import { ask, Refusal, type Method } from "../../api/client";
import type { components } from "../../api/v1";

export type Setup = components["schemas"]["SetupView"];
export type SetupItem = components["schemas"]["SetupItemView"];
export type Tried = components["schemas"]["TriedView"];

/** A camera may take 20 s; the recorder answers soon after. */
const TRY_SECONDS = 40;

class SetupState {
  now = $state.raw<Setup | null>(null);
  refused = $state("");
  /** The restart is asked for, and the recorder has not answered since. */
  restarts = $state(false);

  async load(): Promise<void> {
    await this.keep(async () => {
      this.now = await ask<Setup>("GET", "/api/v1/setup");
      this.restarts = false;
    });
  }

  /** Sends a change; true when it was accepted and is stored. */
  change(method: Method, path: string, body?: unknown): Promise<boolean> {
    return this.keep(async () => {
      this.now = await ask<Setup>(method, `/api/v1/setup${path}`, body === undefined ? {} : { body });
    });
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

  /** A picture with an overlay over it, as an address for an image; or why there is none. */
  async preview(channel: string, overlay: object): Promise<{ url: string; fault: string }> {
    try {
      const answer = await fetch(`/api/v1/setup/overlay/preview?name=${encodeURIComponent(channel)}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(overlay),
        signal: AbortSignal.timeout(TRY_SECONDS * 1000),
      });
      if (answer.ok) return { url: URL.createObjectURL(await answer.blob()), fault: "" };
      const said = (await answer.json()) as { fact?: string; action?: string };
      return { url: "", fault: `${said.fact ?? ""} ${said.action ?? ""}`.trim() };
    } catch {
      return { url: "", fault: "" };
    }
  }

  async restart(): Promise<void> {
    this.restarts = await this.keep(() => ask("POST", "/api/v1/setup/restart"));
  }

  private async keep(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      this.refused = "";
      return true;
    } catch (error) {
      this.refused = error instanceof Refusal ? `${error.fact} ${error.action}`.trim() || "…" : String(error);
      return false;
    }
  }
}

export const setup = new SetupState();
