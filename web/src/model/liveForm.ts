/** In which form a tile shows a channel's pictures: as they come, the small preview, or one each second; and why. Pure. */

import type { LiveState, Stream } from "../live";

export type Form = Stream | "pictures";
/**
 * Why it is not as they come: this browser cannot play that, it does not get through just now, or there is no
 * connection for live pictures.
 */
export type Because = "unplayable" | "late" | "lost";

/** Without a picture for so long, what needs less is shown. */
const PATIENCE_MS = 12_000;
/** A connection that breaks is mostly there again sooner. */
const LOST_MS = 3000;
/** What did not get through is tried again after so long, and after twice as long each time. */
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 960_000;

/** Told what happens to the stream that is watched, and the time in milliseconds of a clock that never goes back. */
export class LiveForm {
  private at = 0;
  /** What this browser cannot play: it is not tried again. */
  private readonly unplayable = new Set<Stream>();
  private kind: LiveState["kind"] = "connecting";
  /** Since when it is of this kind. */
  private sinceMs = 0;
  private isLate = false;
  private isBroken = false;
  private retryAtMs = Infinity;
  private retryMs = FIRST_RETRY_MS;

  /** `forms`: what is watched, best first. After the last there is nothing to watch. */
  constructor(private readonly forms: readonly Stream[]) {}

  /** What is watched; null for nothing. */
  get stream(): Stream | null {
    return this.forms[this.at] ?? null;
  }

  /** What is shown: pictures each second also while a stream is tried that failed before. */
  get shown(): Form {
    if (this.stream === null) return "pictures";
    return this.kind !== "live" && (this.isLate || this.isBroken) ? "pictures" : this.stream;
  }

  get because(): Because | null {
    if (this.shown === "main") return null;
    if (this.isBroken) return "lost";
    return this.isLate ? "late" : "unplayable";
  }

  /** Watching begins: the tile is in sight, or another stream is tried. */
  begin(nowMs: number): void {
    this.kind = "connecting";
    this.sinceMs = nowMs;
    this.isBroken = false;
  }

  told(kind: LiveState["kind"], nowMs: number): void {
    if (kind === "unplayable") {
      if (this.stream !== null) this.unplayable.add(this.stream);
      this.next(nowMs);
      return;
    }
    if (kind !== this.kind) this.sinceMs = nowMs;
    this.kind = kind;
    if (kind === "live" || kind === "notlive") this.isBroken = false;
    if (kind === "live" && this.at === this.best) this.forget();
  }

  /** What time brings. */
  turn(nowMs: number): void {
    const waited = nowMs - this.sinceMs;
    if (this.kind === "lost" && waited > LOST_MS) this.isBroken = true;
    if (this.kind === "connecting" && this.stream !== null && waited > PATIENCE_MS) {
      this.isLate = true;
      if (this.at === this.best) {
        this.retryAtMs = nowMs + this.retryMs;
        this.retryMs = Math.min(2 * this.retryMs, LONGEST_RETRY_MS);
      }
      this.next(nowMs);
    }
    if (nowMs > this.retryAtMs) {
      this.retryAtMs = Infinity;
      this.at = this.best;
      this.begin(nowMs);
    }
  }

  /** The place of the first that the browser can play. */
  private get best(): number {
    const at = this.forms.findIndex((stream) => !this.unplayable.has(stream));
    return at < 0 ? this.forms.length : at;
  }

  private next(nowMs: number): void {
    do this.at += 1;
    while (this.stream !== null && this.unplayable.has(this.stream));
    this.begin(nowMs);
  }

  private forget(): void {
    this.isLate = false;
    this.retryAtMs = Infinity;
    this.retryMs = FIRST_RETRY_MS;
  }
}
