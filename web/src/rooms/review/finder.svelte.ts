/** What is searched and found. Kept while other rooms are shown, so that coming back changes nothing. */
import { ask, query, wordsOf } from "../../api/client";
import type { Outline, PartRow, Removal, Rows } from "../../api/types";
import { Newest } from "../../model/turns";
import { access } from "../../texts/access";
import type { ClipRow, FramegrabRow, LossRow, RecordingRow } from "./rows";

const PAGE = 100;
const WAIT_MS = 300;

export interface Wanted {
  text: string;
  /** `2026-11-26`; empty for any day. */
  day: string;
  channel: string;
  kind: string;
  dive: string;
}

export interface Content {
  recording: RecordingRow;
  parts: PartRow[];
  clips: ClipRow[];
  stills: FramegrabRow[];
  losses: LossRow[];
  observations: Outline[];
  /** Who removed it and where copies are; null: it was not removed. */
  removal: Removal | null;
}

class Finder {
  wanted = $state<Wanted>({ text: "", day: "", channel: "", kind: "", dive: "" });
  recordings = $state.raw<RecordingRow[]>([]);
  cursor = $state<string | null>(null);
  /** The recorder does not answer, or refuses. */
  fault = $state("");
  isLoaded = $state(false);
  content = $state.raw<Content | null>(null);
  /** The recording that `content` is of, or that is not there. */
  opened = $state("");
  private timer = 0;
  private asked = 0;
  private readonly opening = new Newest();

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
    const rows = await this.keep(() => ask<Rows<RecordingRow>>("GET", this.address(null)));
    if (turn !== this.asked) return;
    if (rows === null) return;
    this.isLoaded = true;
    this.recordings = rows.items;
    this.cursor = rows.next_cursor;
  }

  async more(): Promise<void> {
    const turn = this.asked;
    const rows = await this.keep(() => ask<Rows<RecordingRow>>("GET", this.address(this.cursor)));
    if (rows === null || turn !== this.asked) return;
    this.recordings = [...this.recordings, ...rows.items];
    this.cursor = rows.next_cursor;
  }

  /** All that belongs to one recording. Where the recorder does not answer, what is shown stays. */
  async open(id: string): Promise<void> {
    const askAll = async (): Promise<{ found: Content | null }> => {
      const [recordings, parts, clips, stills, losses, observations] = await Promise.all([
        all<RecordingRow>("recordings", id),
        all<PartRow>("parts", id),
        all<ClipRow>("clips", id),
        all<FramegrabRow>("framegrabs", id),
        all<LossRow>("losses", id),
        all<Outline>("observations/outlines", id),
      ]);
      const recording = recordings[0];
      if (recording === undefined) return { found: null };
      const path = `/api/v1/recordings/${encodeURIComponent(id)}/removal`;
      const removal = recording.state === "removed" ? await ask<Removal>("GET", path) : null;
      return { found: { recording, parts, clips, stills, losses, observations, removal } };
    };
    const answer = await this.opening.of(() => this.keep(askAll));
    if (answer === null) return;
    this.content = answer.found;
    this.opened = id;
  }

  private address(cursor: string | null): string {
    const { text, day, channel, kind, dive } = this.wanted;
    return query("/api/v1/recordings", {
      newest_first: true,
      limit: PAGE,
      cursor,
      text: text.trim() || null,
      from: day === "" ? null : `${day}T00:00:00Z`,
      to: day === "" ? null : `${day}T23:59:59.999999Z`,
      channel: channel || null,
      kind: kind || null,
      dive: dive.trim() || null,
    });
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

const ROWS_MAX = 200_000;

async function all<Row>(list: string, recording: string): Promise<Row[]> {
  const found: Row[] = [];
  let cursor: string | null = null;
  do {
    const rows: Rows<Row> = await ask("GET", query(`/api/v1/${list}`, { recording, limit: 1000, cursor }));
    found.push(...rows.items);
    cursor = rows.next_cursor;
  } while (cursor !== null && found.length < ROWS_MAX);
  return found;
}

export const finder = new Finder();
