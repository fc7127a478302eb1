/**
 * What the operator does: each press shows at once that it was taken (`isBusy`), and is answered by a proof of what
 * really happened.
 */
import { ask, Refusal } from "../api/client";
import type { Alarm, Context, Observation, Outcome } from "../api/types";
import { isFailure, pending, proofOf, refusalOf, type Deed, type Proof } from "../model/proof";
import { numbered } from "../model/observations";
import { recorder } from "./recorder.svelte";

/** So many failures are shown at a time; an older one makes room. */
const FAILURES_MAX = 3;

/** Stop waits for files that are being finished; the others are answered within seconds. */
const COMMAND_SECONDS = 60;
/** An archive may wait for its folder, and its files are looked at before it begins. */
const ARCHIVE_SECONDS = 90;

/** Without contact the page knows its clock no better than that. */
const CONTACT_LATE_MS = 5000;

/** What the recorder is told by one request of its own. */
type Command = Exclude<Deed, "observe" | "change" | "save" | "save-file">;

const PATHS: Record<Command, string> = {
  start: "recording/start",
  stop: "recording/stop",
  still: "framegrab",
  "clip-start": "clip/start",
  "clip-stop": "clip/stop",
};

export interface Entry {
  code: string;
  text?: string;
  fields?: Record<string, string | number>;
  utc?: string;
  /** The end of a span of the past. */
  to_utc?: string;
}

class Actions {
  /** Keys of presses that wait for their answer: a deed, or `kind AN`. */
  private busy = $state.raw<ReadonlySet<string>>(new Set());
  proof = $state.raw<Proof | null>(null);
  /** What failed, the newest last, until somebody closes it: no later success takes its place. */
  failures = $state.raw<readonly Proof[]>([]);
  /** Of the stills that were taken on this page. */
  readonly ownStills = new Set<string>();
  /** A still of this page that failed or has no answer may be there all the same, as one of up to then. */
  ownStillsUntilMs = 0;
  /** Grows with each proof, so that the same one is shown twice if it happens twice. */
  proofs = $state(0);

  /** Any of them waits for its answer. */
  get isWaiting(): boolean {
    return this.busy.size > 0;
  }

  isBusy(key: string): boolean {
    return this.busy.has(key);
  }

  dismiss(proof: Proof): void {
    if (this.proof === proof) this.proof = null;
    this.failures = this.failures.filter((one) => one !== proof);
  }

  /** True if it was carried out, on one channel at least. */
  async command(deed: Command): Promise<boolean> {
    return this.run(deed, deed, async () => {
      if (deed === "still") this.show(pending(deed));
      const outcome = await ask<Outcome>("POST", `/api/v1/${PATHS[deed]}`, { seconds: COMMAND_SECONDS });
      if (deed === "still") this.ownStills.add(outcome.id);
      this.show(proofOf(deed, outcome));
    });
  }

  /** One press of a kind: enters an observation, or ends its open span. */
  async press(code: string): Promise<boolean> {
    return this.run(`kind ${code}`, "observe", async () => {
      const path = `/api/v1/kinds/${encodeURIComponent(code)}`;
      this.entered(await ask<Observation>("POST", path, { body: { entered_by: "page" } }));
    });
  }

  async enter(entry: Entry): Promise<boolean> {
    return this.run(`enter ${entry.code}`, "observe", async () => {
      const body = { ...entry, entered_by: "page" };
      this.entered(await ask<Observation>("POST", "/api/v1/observations", { body }));
    });
  }

  async revise(id: string, text: string, fields: Record<string, string | number>): Promise<boolean> {
    return this.run(`revise ${id}`, "observe", async () => {
      this.entered(await ask<Observation>("POST", observationPath(id, "revise"), { body: { text, fields } }));
    });
  }

  async withdraw(id: string, reason: string): Promise<boolean> {
    return this.run(`withdraw ${id}`, "observe", async () => {
      this.entered(await ask<Observation>("POST", observationPath(id, "withdraw"), { body: { reason } }));
    });
  }

  /** Of the fields that are not in it, what others have set meanwhile stays. */
  async changeContext(changes: Partial<Context>): Promise<boolean> {
    return this.run("context", "change", async () => {
      recorder.context = await ask<Context>("PATCH", "/api/v1/context", { body: changes });
    });
  }

  /** Says that an alarm was seen; all who watch the recorder are told. */
  async see({ kind, channel }: Alarm): Promise<boolean> {
    const body = { kind, channel, by: recorder.context?.operator ?? "" };
    return this.run(`see ${kind} ${channel ?? ""}`, "change", async () => {
      await ask<Alarm>("POST", "/api/v1/alarms/seen", { body });
    });
  }

  /** Lets the browser save an archive or a file. It would only say that it failed, so the recorder is asked before. */
  async save(address: string): Promise<boolean> {
    const deed = /\/archive\.zip(\?|$)/.test(address) ? "save" : "save-file";
    return this.run(`save ${address}`, deed, async () => {
      this.show(pending(deed));
      const asked = `${address}${address.includes("?") ? "&" : "?"}only_ask=true`;
      await ask("GET", asked, { seconds: ARCHIVE_SECONDS });
      const link = Object.assign(document.createElement("a"), { href: address, download: "" });
      link.click();
      this.show({ ...pending(deed), tone: "done" });
    });
  }

  private entered(one: Observation): void {
    this.show({
      ...pending("observe", `${numbered(one)} ${one.label}`),
      tone: one.state === "withdrawn" ? "partly" : "done",
      instantUtc: one.to_utc ?? one.utc,
    });
    void recorder.refreshObservations();
  }

  private show(proof: Proof): void {
    if (isFailure(proof)) {
      this.failures = [...this.failures, proof].slice(-FAILURES_MAX);
      if (this.proof?.tone === "pending" && this.proof.deed === proof.deed) this.proof = null;
      return;
    }
    this.proof = proof;
    this.proofs += 1;
  }

  private async run(key: string, deed: Deed, work: () => Promise<void>): Promise<boolean> {
    if (this.busy.has(key)) return false;
    this.busy = new Set([...this.busy, key]);
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const mayBeThere = error.isWithoutAnswer || error.channels.length > 0;
      if (deed === "still" && mayBeThere) this.ownStillsUntilMs = (recorder.utcMs ?? 0) + CONTACT_LATE_MS;
      this.show(refusalOf(deed, error));
      return false;
    } finally {
      this.busy = new Set([...this.busy].filter((one) => one !== key));
      void recorder.refresh();
    }
  }
}

function observationPath(id: string, what: "revise" | "withdraw"): string {
  return `/api/v1/observations/${encodeURIComponent(id)}/${what}`;
}

export const actions = new Actions();
