/**
 * What lies in a recording, prepared as it comes from the recorder: page by page, so that nothing is left to do for all of
 * it at once. What a row says is made when it is drawn.
 */
import type { Outline } from "../api/types";
import { clock } from "./figures";
import type { Loss } from "./frames";
import { numbered } from "./observations";
import type { Mark } from "./playback";

/** An observation. Nothing but these times is parsed. */
export class Seen implements Mark {
  readonly icon = null;
  readonly id: string;
  readonly fromMs: number;
  /** Of a span that is open: infinity. */
  readonly toMs: number;
  /** What a search finds it by, in lower case. */
  readonly said: string;

  constructor(readonly row: Outline) {
    this.id = row.id;
    this.fromMs = Date.parse(row.utc);
    this.toMs = row.is_span ? endOf(row.to_utc) : this.fromMs;
    this.said = (this.isWithdrawn ? numbered(row) : `${numbered(row)} ${row.label}, ${row.text}`).toLowerCase();
  }

  get isWithdrawn(): boolean {
    return this.row.state === "withdrawn";
  }

  get label(): string {
    return numbered(this.row);
  }

  get title(): string {
    return `${this.label} ${this.row.label}, ${clock(this.fromMs)}`;
  }

  get kind(): Outline["class"] {
    return this.row.class;
  }
}

/** A still or a clip, which is made of all channels at once. */
export interface Made extends Mark {
  icon: "still" | "clip";
  isOpen: boolean;
  said: string;
  /** Of each channel. */
  files: { channel: string; file: string }[];
}

export type Entry = Seen | Made;

/** The row of a channel; its times are those of the first channel. */
interface Row {
  id: string;
  channel: string;
  file: string;
}

/** Puts rows with the same id together, as they come. */
export class Together<Taken extends Row> {
  private readonly found = new Map<string, Made>();

  constructor(
    private readonly icon: Made["icon"],
    private readonly time: (row: Taken) => { from: string; to: string | null; isOpen: boolean },
  ) {}

  add(row: Taken): void {
    let made = this.found.get(row.id);
    if (made === undefined) {
      const { from, to, isOpen } = this.time(row);
      const fromMs = Date.parse(from);
      made = {
        id: row.id,
        icon: this.icon,
        fromMs,
        toMs: to === from ? fromMs : endOf(to),
        isOpen,
        said: "",
        files: [],
      };
      this.found.set(row.id, made);
    }
    made.files.push({ channel: row.channel, file: row.file });
    made.said += ` ${row.channel.toLowerCase()}`;
  }

  get all(): Made[] {
    return [...this.found.values()];
  }
}

/** A loss with the words of its cause. */
export interface ToldLoss extends Loss {
  detail: string;
}

export function lossOf(row: {
  channel: string;
  from_utc: string;
  to_utc: string;
  frames: number | null;
  cause: string;
  detail: string;
}): ToldLoss {
  const { channel, frames, cause, detail } = row;
  return { channel, frames, cause, detail, fromMs: Date.parse(row.from_utc), toMs: Date.parse(row.to_utc) };
}

function endOf(utc: string | null): number {
  return utc === null ? Infinity : Date.parse(utc);
}

/** The observations, which come in the order of time, with the stills and clips between them. */
export function inOrder(observations: readonly Seen[], made: readonly Made[]): readonly Entry[] {
  if (made.length === 0) return observations;
  const found: Entry[] = [];
  let at = 0;
  for (const one of [...made].sort((early, late) => early.fromMs - late.fromMs)) {
    for (let next = observations[at]; next !== undefined && next.fromMs <= one.fromMs; next = observations[at]) {
      found.push(next);
      at += 1;
    }
    found.push(one);
  }
  return found.concat(observations.slice(at));
}

/** The entries with one that was entered or changed meanwhile, at its place in the order of time. */
export function withSeen<Found extends Entry>(all: readonly Found[], one: Found & Seen): Found[] {
  const others = withoutSeen(all, one.id);
  const at = others.findIndex((other) => other.fromMs > one.fromMs);
  return others.toSpliced(at < 0 ? others.length : at, 0, one);
}

/** The entries without the observation of this id. */
export function withoutSeen<Found extends Entry>(all: readonly Found[], id: string): Found[] {
  return all.filter((one) => one.icon !== null || one.id !== id);
}

/** The words that an entry is called by in the language of the page. */
export interface Names {
  still: string;
  clip: string;
  withdrawn: string;
}

/** Those of the kind with all the words; all of them where none is left: then the recording was found by something else. */
export function narrowed(
  all: readonly Entry[],
  { text, kind }: { text: string; kind: string },
  names: Names,
  otherwise: readonly Entry[] = all,
): readonly Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && kind === "") return all;
  const still = names.still.toLowerCase();
  const clip = names.clip.toLowerCase();
  const withdrawn = names.withdrawn.toLowerCase();
  const calledOf = (one: Entry): string => {
    if (one.icon === null) return one.isWithdrawn ? withdrawn : "";
    return one.icon === "still" ? still : clip;
  };
  const found = all.filter((one) => {
    if (kind !== "" && (one.icon !== null || one.row.code !== kind)) return false;
    return words.every((word) => one.said.includes(word) || calledOf(one).includes(word));
  });
  return found.length > 0 ? found : otherwise;
}
