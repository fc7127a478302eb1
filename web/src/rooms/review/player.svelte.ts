/** One clock for all pictures of a recording: the instant that is shown, whether it runs, and how fast. */
import { SvelteMap } from "svelte/reactivity";
import { runsOf, type Loss } from "../../model/frames";
import {
  arranged,
  frameAt,
  frameMs,
  numberOf,
  overMs,
  playedFrom,
  shownAt,
  span,
  stepped,
  type Part,
  type Shown,
} from "../../model/playback";
import type { Content } from "./finder.svelte";

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8] as const;

export class Player {
  parts: readonly Part[];
  losses: readonly Loss[];
  channels: readonly string[];
  whole: { startMs: number; endMs: number };

  atMs = $state(0);
  isRunning = $state(false);
  speed = $state<number>(1);
  main = $state("");
  /** The text of the overlay is shown under the large picture, where it is kept beside the video. */
  hasSubtitles = $state(true);
  /** Changes with every jump, so that pictures follow one that is smaller than what they correct by themselves. */
  jumps = $state(0);

  readonly shown = $derived(shownAt(this.partsNow, this.lossesNow, this.main, this.atMs));
  private readonly rows: Content["parts"];
  /** By channel; one that failed is not among them. */
  private readonly videos = new SvelteMap<string, HTMLVideoElement>();
  private lastMs = 0;
  private frame = 0;

  /** `order`: the channels as they stand in the settings file; others follow by name. */
  constructor(content: Content, order: readonly string[] = []) {
    this.rows = content.parts;
    this.parts = content.parts
      .filter((one) => /\.mp4$/i.test(one.path))
      .map((one) => {
        const [startMs, endMs] = [Date.parse(one.start_utc), Date.parse(one.end_utc ?? one.start_utc)];
        const lost = content.losses.filter(({ channel }) => channel === one.channel);
        return {
          channel: one.channel,
          number: one.number,
          startMs,
          endMs,
          firstFrame: one.first_frame,
          frames: one.frames,
          runs: runsOf({ startMs, endMs, frames: one.frames }, lost),
          file: playedFrom(one.file),
          subtitles: one.file.replace("/file?", "/subtitles.vtt?"),
          isOpen: one.state === "open",
        };
      });
    this.losses = content.losses;
    const names = [...new Set(this.parts.map((one) => one.channel))].sort();
    this.channels = arranged(names, order);
    this.whole = span(this.parts);
    this.main = this.channels[0] ?? "";
    this.atMs = this.whole.startMs;
  }

  /** Whether it plays the files of this list: what lies in a recording besides them may have changed. */
  isOf(content: Content): boolean {
    return this.rows === content.parts && this.losses === content.losses;
  }

  private get partsNow(): readonly Part[] {
    return this.parts;
  }

  private get lossesNow(): readonly Loss[] {
    return this.losses;
  }

  private get names(): readonly string[] {
    return this.channels;
  }

  private shownOf(channel: string): Shown {
    return shownAt(this.parts, this.losses, channel, this.atMs);
  }

  /** Of the frame that is shown large; null where nothing was recorded. */
  readonly frameNumber = $derived(
    this.shown.part === null ? null : numberOf(this.shown.part, frameAt(this.shown.part, this.shown.offsetMs)),
  );

  /**
   * The channel that the clock follows, so that it says what is really shown: the large one, or another where that cannot be
   * played; null where none can, or none has anything.
   */
  readonly leader = $derived(
    [this.main, ...this.names].find((one) => this.videos.has(one) && this.shownOf(one).part !== null) ?? null,
  );

  /** A picture has its video; what is given back takes it away. */
  offer(channel: string, video: HTMLVideoElement): () => void {
    this.videos.set(channel, video);
    return () => {
      if (this.videos.get(channel) === video) this.videos.delete(channel);
    };
  }

  /** A video has failed. Where no other can lead, the clock stands, so that nothing passes unseen. */
  withdraw(channel: string): void {
    this.videos.delete(channel);
    if (this.leader === null) this.pause();
  }

  jump(atMs: number): void {
    this.atMs = Math.min(Math.max(atMs, this.whole.startMs), this.whole.endMs);
    this.jumps += 1;
  }

  step(by: 1 | -1): void {
    this.pause();
    this.jump(stepped(this.parts, this.main, this.atMs, by));
  }

  toggle(): void {
    if (this.isRunning) this.pause();
    else this.play();
  }

  play(): void {
    if (this.isRunning || this.parts.length === 0) return;
    if (this.atMs >= this.whole.endMs - 1) this.jump(this.whole.startMs);
    this.isRunning = true;
    this.lastMs = performance.now();
    this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  pause(): void {
    this.isRunning = false;
    cancelAnimationFrame(this.frame);
  }

  private leading(): { part: Part | null; video?: HTMLVideoElement | undefined } {
    const { leader } = this;
    return leader === null ? { part: null } : { part: this.shownOf(leader).part, video: this.videos.get(leader) };
  }

  private tick(nowMs: number): void {
    if (!this.isRunning) return;
    const passedMs = Math.min(nowMs - this.lastMs, 250) * this.speed;
    this.lastMs = nowMs;
    const { part, video } = this.leading();
    if (part === null || video === undefined) {
      this.atMs += passedMs;
    } else if (video.ended || (video.duration > 0 && video.currentTime >= video.duration - 0.001)) {
      this.atMs = overMs(part) + 1;
    } else if (video.readyState >= 2 && !video.seeking) {
      this.atMs = Math.max(this.atMs, part.startMs + video.currentTime * 1000);
    }
    if (this.atMs >= this.whole.endMs + frameMs(part ?? (this.parts[0] as Part))) {
      this.pause();
      this.atMs = this.whole.endMs;
      return;
    }
    this.frame = requestAnimationFrame((now) => this.tick(now));
  }
}
