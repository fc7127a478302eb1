/** What a command really came to, as it is shown: on how many channels, what failed, and the pictures that prove it. */
import type { ChannelOutcome, Message, Outcome } from "../api/types";

export type Deed =
  "start" | "stop" | "still" | "clip-start" | "clip-stop" | "observe" | "change" | "save" | "save-file";
export type Tone = "pending" | "done" | "partly" | "refused" | "unanswered";

export interface Proof {
  deed: Deed;
  tone: Tone;
  /** When it took effect; null while that is not known. */
  instantUtc: string | null;
  done: number;
  total: number;
  failed: { channel: string; message: Message }[];
  /** There was nothing to do: somebody else had stopped already. */
  isIdle: boolean;
  /** Channels of which a stop found no file to finish; somebody may wait for their files. */
  withoutFile: string[];
  /** Files that came of it, in the order of the channels. */
  files: { channel: string; path: string; picture: string | null }[];
  /** What the recorder says of the whole, if it refused; else what was done, of an observation. */
  message: Message | null;
  title: string;
}

export function pending(deed: Deed, title = ""): Proof {
  const nothing = { failed: [], isIdle: false, withoutFile: [], files: [], message: null };
  return { deed, tone: "pending", instantUtc: null, done: 0, total: 0, ...nothing, title };
}

/** Whether something was not done, or nobody knows: it is shown until somebody has closed it. */
export function isFailure(proof: Proof): boolean {
  return proof.tone === "refused" || proof.tone === "unanswered" || proof.failed.length > 0;
}

/** Of a command that was carried out, on one channel at least. */
export function proofOf(deed: Deed, outcome: Outcome): Proof {
  const failed = failures(outcome.channels);
  const done = outcome.channels.filter((one) => one.ok).length;
  const files = outcome.channels.flatMap((one) =>
    one.ok && one.path !== null
      ? [
          {
            channel: one.channel,
            path: one.path,
            picture: deed === "still" ? pictureOf(outcome.id, one.channel) : null,
          },
        ]
      : [],
  );
  const isIdle = outcome.id === "" && failed.length === 0;
  const endsFiles = (deed === "stop" || deed === "clip-stop") && !isIdle;
  const withoutFile = endsFiles
    ? outcome.channels.filter((one) => one.ok && one.path === null).map((one) => one.channel)
    : [];
  const tone = failed.length > 0 || withoutFile.length > 0 || isIdle ? "partly" : "done";
  return {
    ...pending(deed),
    tone,
    instantUtc: outcome.instant_utc,
    done,
    total: outcome.channels.length,
    failed,
    isIdle,
    withoutFile,
    files,
  };
}

/** Of a command that was refused. Without an answer nobody knows whether it was carried out. */
export function refusalOf(
  deed: Deed,
  refusal: Message & { isWithoutAnswer: boolean; channels: ChannelOutcome[] },
): Proof {
  const failed = failures(refusal.channels);
  const message = { fact: refusal.fact, action: refusal.action };
  const tone = refusal.isWithoutAnswer ? "unanswered" : "refused";
  return { ...pending(deed), tone, total: refusal.channels.length, failed, message };
}

/** Where the recorder sends a framegrab, from its disk. */
export function pictureOf(id: string, channel: string): string {
  return `/api/v1/framegrabs/${encodeURIComponent(id)}/file?channel=${encodeURIComponent(channel)}`;
}

function failures(channels: readonly ChannelOutcome[]): Proof["failed"] {
  return channels.filter((one) => !one.ok).map(({ channel, fact, action }) => ({ channel, message: { fact, action } }));
}
