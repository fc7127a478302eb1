/** What is searched and found. Kept while other rooms are shown, so that coming back changes nothing. */
import { ask, query, wordsOf } from "../../api/client";
import type { Observation, Outline, PartRow, Removal, Rows } from "../../api/types";
import {
  inOrder,
  lossOf,
  Seen,
  Together,
  withoutSeen,
  withSeen,
  type Entry,
  type Made,
  type ToldLoss,
} from "../../model/entries";
import { refreshed } from "../../model/found";
import { timeBetween } from "../../model/times";
import { Newest } from "../../model/turns";
import { access } from "../../texts/access";
import { each, ROWS_MAX } from "./pages";
import type { ClipRow, FramegrabRow, LossRow, RecordingRow } from "./rows";

const PAGE = 100;
const WAIT_MS = 300;
/** Observations are read whole where only that says their channel: so many at most. */
const WHOLE_MAX = 10_000;

export interface Wanted {
  text: string;
  /** `2026-11-26`, or `2026-11-26 13:30`; empty for any time. */
  from: string;
  to: string;
  channel: string;
  kind: string;
  dive: string;
}

export interface Content {
  recording: RecordingRow;
  parts: PartRow[];
  clips: Made[];
  losses: ToldLoss[];
  observations: Seen[];
  /** Of them what was not withdrawn: instants, and times. */
  points: Seen[];
  spans: Seen[];
  /** Observations, stills and clips, in the order of time. */
  entries: readonly Entry[];
  /** Who removed it and where copies are; null: it was not removed. */
  removal: Removal | null;
  /** There are more than are listed. */
  isCut: boolean;
}

/** What was made while no recording ran: the newest first. */
export interface Loose {
  entries: readonly Entry[];
  isCut: boolean;
  /** So many of a list were read at most. */
  most: number;
}

/** In the place of a recording's id in the address. */
export const LOOSE = "without-recording";

const ALL: Wanted = { text: "", from: "", to: "", channel: "", kind: "", dive: "" };

class Finder {
  wanted = $state<Wanted>({ ...ALL });
  recordings = $state.raw<RecordingRow[]>([]);
  cursor = $state<string | null>(null);
  /** The recorder does not answer, or refuses. */
  fault = $state("");
  isLoaded = $state(false);
  content = $state.raw<Content | null>(null);
  /** Of all recordings, by name: also those that the recorder has no more. */
  channels = $state.raw<readonly string[]>([]);
  loose = $state.raw<Loose | null>(null);
  /** The recording that `content` is of, or that is not there. */
  opened = $state("");
  private timer = 0;
  private asked = 0;
  private isMore = false;
  private hasLearnt = false;
  /** What `recordings` were found by; `wanted` may have been typed on since. */
  sought = $state.raw<Wanted>({ ...ALL });
  private readonly opening = new Newest();
  /** Observations that were told of while a recording was being opened: what is asked for may not have them yet. */
  private told: Observation[] = [];
  private telling = Promise.resolve();

  /** What lies in a recording is being asked for: of very many observations that takes seconds. */
  get isOpening(): boolean {
    return this.opening.isAwaited;
  }

  /** Searches when nothing was typed for a moment. */
  searchSoon(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.search(), WAIT_MS);
  }

  async search(): Promise<void> {
    const turn = ++this.asked;
    const sought = { ...this.wanted };
    if (typeof timeBetween(sought.from, sought.to) === "string") return; // the room says what is wrong
    const rows = await this.keep(() => ask<Rows<RecordingRow>>("GET", addressOf(sought, null)));
    if (rows === null || turn !== this.asked) return;
    this.isLoaded = true;
    this.sought = sought;
    this.recordings = rows.items;
    this.cursor = rows.next_cursor;
    this.learn(rows.items);
    if (this.cursor !== null) void this.learnAll();
  }

  /** Looks again for what was searched: what is new comes on top, and what `more` has shown stays. */
  async refresh(): Promise<void> {
    if (!this.isLoaded) return this.search();
    const turn = this.asked;
    const rows = await this.keep(() => ask<Rows<RecordingRow>>("GET", addressOf(this.sought, null)));
    if (rows === null || turn !== this.asked) return;
    this.learn(rows.items);
    const { items, cursor } = refreshed(this.recordings, this.cursor, rows);
    this.recordings = items;
    this.cursor = cursor;
  }

  async more(): Promise<void> {
    if (this.isMore || this.cursor === null) return;
    const turn = this.asked;
    this.isMore = true;
    const rows = await this.keep(() => ask<Rows<RecordingRow>>("GET", addressOf(this.sought, this.cursor)));
    this.isMore = false;
    if (rows === null || turn !== this.asked) return;
    this.learn(rows.items);
    this.recordings = [...this.recordings, ...rows.items];
    this.cursor = rows.next_cursor;
  }

  /** All that belongs to one recording. Where the recorder does not answer, what is shown stays. */
  async open(id: string): Promise<void> {
    const askAll = async (): Promise<{ found: Content | null }> => {
      const recordings: RecordingRow[] = [];
      const parts: PartRow[] = [];
      const losses: ToldLoss[] = [];
      const observations: Seen[] = [];
      const points: Seen[] = [];
      const spans: Seen[] = [];
      const { clips, stills } = made();
      const of = { recording: id };
      const areCut = await Promise.all([
        each<RecordingRow>("recordings", of, (one) => recordings.push(one)),
        each<PartRow>("parts", of, (one) => parts.push(one)),
        each<ClipRow>("clips", of, (one) => clips.add(one)),
        each<FramegrabRow>("framegrabs", of, (one) => stills.add(one)),
        each<LossRow>("losses", of, (one) => losses.push(lossOf(one))),
        each<Outline>("observations/outlines", of, (row) => {
          const one = new Seen(row);
          observations.push(one);
          if (!one.isWithdrawn) (row.is_span ? spans : points).push(one);
        }),
      ]);
      const recording = recordings[0];
      if (recording === undefined) return { found: null };
      const path = `/api/v1/recordings/${encodeURIComponent(id)}/removal`;
      const removal = recording.state === "removed" ? await ask<Removal>("GET", path) : null;
      const entries = inOrder(observations, [...stills.all, ...clips.all]);
      const isCut = areCut.includes(true);
      const seen = { observations, points, spans, entries, isCut };
      return { found: { recording, parts, clips: clips.all, losses, removal, ...seen } };
    };
    this.told = [];
    const answer = await this.opening.of(() => this.keep(askAll));
    if (answer === null) return;
    this.content = answer.found;
    for (const one of this.told) this.take(one);
    this.opened = id;
    const found = answer.found?.recording;
    this.recordings = this.recordings.map((one) => (one.id === found?.id ? found : one));
  }

  /** An observation was entered or changed: if it lies in the open recording, it is shown there. One after the other. */
  saw(id: string): Promise<void> {
    this.telling = this.telling.then(async () => {
      if (this.content === null && !this.isOpening) return;
      const path = `/api/v1/observations/${encodeURIComponent(id)}`;
      const one = await ask<Observation>("GET", path).catch(() => null); // the next event of it asks again
      if (one === null) return;
      if (this.isOpening) this.told.push(one);
      this.take(one);
    });
    return this.telling;
  }

  private take(one: Observation): void {
    const { content } = this;
    if (content === null || one.recording_id !== content.recording.id) return;
    const seen = new Seen(one);
    const among = (all: Seen[], isIn: boolean): Seen[] => (isIn ? withSeen(all, seen) : withoutSeen(all, seen.id));
    this.content = {
      ...content,
      observations: withSeen(content.observations, seen),
      points: among(content.points, !seen.isWithdrawn && !one.is_span),
      spans: among(content.spans, !seen.isWithdrawn && one.is_span),
      entries: withSeen(content.entries, seen),
    };
  }

  /** Stills, clips and observations that belong to no recording, of what is searched. */
  async openLoose(): Promise<void> {
    const { from, to, channel, kind, dive } = filterOf(this.sought);
    const of = { without_recording: true, newest_first: true, from, to };
    const { clips, stills } = made();
    const observations: Seen[] = [];
    const see = (one: Outline): void => {
      observations.push(new Seen(one));
    };
    const read: (() => Promise<boolean>)[] = [];
    // A still and a clip are of no kind, and do not say their dive.
    if (kind === null && dive === null) {
      read.push(() => each<ClipRow>("clips", { ...of, channel }, (one) => clips.add(one)));
      read.push(() => each<FramegrabRow>("framegrabs", { ...of, channel }, (one) => stills.add(one)));
    }
    const noted = { ...of, kind, dive };
    const most = channel === null ? ROWS_MAX : WHOLE_MAX;
    if (channel === null) read.push(() => each("observations/outlines", noted, see, most));
    else read.push(() => each("observations", noted, whenOf(channel, see), most));
    const answer = await this.opening.of(() => this.keep(() => Promise.all(read.map((begin) => begin()))));
    if (answer === null) return;
    const entries = inOrder(observations.reverse(), [...stills.all, ...clips.all]).toReversed();
    this.loose = { entries, isCut: answer.includes(true), most };
  }

  private learn(rows: readonly RecordingRow[]): void {
    const all = new Set([...this.channels, ...rows.flatMap((one) => one.channels)]);
    if (all.size > this.channels.length) this.channels = [...all].sort();
  }

  /** The channels of recordings that the list does not reach back to: once. */
  private async learnAll(): Promise<void> {
    if (this.hasLearnt) return;
    this.hasLearnt = true;
    const rows: RecordingRow[] = [];
    const read = each<RecordingRow>("recordings", { newest_first: true }, (one) => rows.push(one));
    this.hasLearnt = await read.then(
      () => true,
      () => false, // asked again with the next search
    );
    this.learn(rows);
  }

  private async keep<Answer>(work: () => Promise<Answer>): Promise<Answer | null> {
    try {
      const answer = await work();
      this.fault = "";
      return answer;
    } catch (error) {
      this.fault = wordsOf(error, access().noAnswer);
      return null;
    }
  }
}

/** Takes the observations that are of a channel: without a recording only their stills and clips say of which. */
function whenOf(channel: string, take: (one: Observation) => void): (one: Observation) => void {
  return (one) => {
    if ([...one.stills, ...one.clips].some((file) => file.channel === channel)) take(one);
  };
}

/** Stills and clips, of all channels of each together. */
function made(): { clips: Together<ClipRow>; stills: Together<FramegrabRow> } {
  const clips = new Together<ClipRow>("clip", (one) => ({
    from: one.start_utc,
    to: one.end_utc,
    isOpen: one.state === "open",
  }));
  const stills = new Together<FramegrabRow>("still", ({ frame_utc }) => ({
    from: frame_utc,
    to: frame_utc,
    isOpen: false,
  }));
  return { clips, stills };
}

type Filter = Record<"text" | "from" | "to" | "channel" | "kind" | "dive", string | null>;

function filterOf({ text, from, to, channel, kind, dive }: Wanted): Filter {
  const time = timeBetween(from, to);
  return {
    text: text.trim() || null,
    channel: channel || null,
    kind: kind || null,
    dive: dive.trim() || null,
    ...(typeof time === "string" ? { from: null, to: null } : time),
  };
}

function addressOf(wanted: Wanted, cursor: string | null): string {
  return query("/api/v1/recordings", { newest_first: true, limit: PAGE, cursor, ...filterOf(wanted) });
}

export const finder = new Finder();
