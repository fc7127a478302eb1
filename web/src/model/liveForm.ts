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
  /** Forms before this one cannot be played by this browser: they are not tried again. */
  private playable = 0;
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
      this.playable = this.at + 1;
      this.forget();
      this.next(nowMs);
      return;
    }
    if (kind !== this.kind) this.sinceMs = nowMs;
    this.kind = kind;
    if (kind === "live" || kind === "notlive") this.isBroken = false;
    if (kind === "live" && this.at === this.playable) this.forget();
  }

  /** What time brings. */
  turn(nowMs: number): void {
    const waited = nowMs - this.sinceMs;
    if (this.kind === "lost" && waited > LOST_MS) this.isBroken = true;
    if (this.kind === "connecting" && this.stream !== null && waited > PATIENCE_MS) {
      this.isLate = true;
      if (this.at === this.playable) {
        this.retryAtMs = nowMs + this.retryMs;
        this.retryMs = Math.min(2 * this.retryMs, LONGEST_RETRY_MS);
      }
      this.next(nowMs);
    }
    if (nowMs > this.retryAtMs) {
      this.retryAtMs = Infinity;
      this.at = this.playable;
      this.begin(nowMs);
    }
  }

  private next(nowMs: number): void {
    this.at += 1;
    this.begin(nowMs);
  }

  private forget(): void {
    this.isLate = false;
    this.retryAtMs = Infinity;
    this.retryMs = FIRST_RETRY_MS;
  }
}
