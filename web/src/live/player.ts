/** One tile's player: its stream, its place at the newest picture, and what is known of its channel. */

import { Captures, course, removable, type Ranges } from "./edge";
import { canPlay, Feed } from "./source";
import { isSame, NOTHING_KNOWN, stateOf, type Known, type LiveState } from "./state";
import type { Piece, Said, Stream } from "./wire";

/** What the page gives for each place: where pictures are shown, and whom to tell. */
export interface TileElements {
  video: HTMLVideoElement;
  /** Called with each new state, at once with the first one. */
  onState: (state: LiveState) => void;
}

/** A browser that has shown nothing so long after it got a keyframe cannot play the stream, whatever it says. */
const FIRST_PICTURE_MS = 2000;
/** Of H.264, which each of them can play: it, or what is between, may be slow, and the tile takes it for that before. */
const FIRST_PICTURE_OF_H264_MS = 30_000;
/** A stream that the browser has given up is begun again so many times in a row. */
const TRIES = 3;
const CANNOT = {
  fact: "This browser cannot show this channel's pictures as they are.",
  action: "They are recorded all the same.",
};

export class Player {
  private known: Known = NOTHING_KNOWN;
  private told: LiveState | null = null;
  private feed: Feed | null = null;
  private keyframes: number[] = [];
  private captures = new Captures();
  private mustJump = true;
  private keyframeAt: number | null = null;
  private failures = 0;
  private patienceMs = FIRST_PICTURE_MS;
  private framesBefore = 0;

  constructor(
    readonly channel: string,
    readonly stream: Stream,
    private readonly tile: TileElements,
    /** Asks the recorder for the stream from its header on. */
    private readonly again: () => void,
  ) {
    tile.video.muted = true;
    tile.video.playsInline = true;
    // The first picture is there: not only the next tick is to see it.
    tile.video.onloadeddata = () => this.tick(performance.now(), !document.hidden);
    this.tell();
  }

  /** When the picture that is shown was taken, in milliseconds since 1970; null while none is. */
  get shownCaptureMs(): number | null {
    return this.known.hasShown ? this.captures.at(this.tile.video.currentTime) : null;
  }

  hear(said: Said): void {
    switch (said.kind) {
      case "state": {
        const hasShown = this.known.hasShown && said.state === "live";
        this.know({ channel: { state: said.state, since: said.since_utc, why: said.why }, hasShown });
        this.framesBefore = this.framesShown();
        if (said.state !== "live") this.keyframeAt = null;
        break;
      }
      case "format":
        this.begin(said.codecs);
        break;
      case "unplayable":
      case "refused":
        this.stop();
        this.know({ unplayable: said.why });
        break;
      case "alive":
        break;
    }
  }

  take(piece: Piece, nowMs: number): void {
    if (this.feed === null) return;
    if (piece.kind !== "header") {
      this.captures.put(piece.seconds, piece.captureMs);
      if (piece.kind === "keyframe") {
        this.keyframes.push(piece.seconds);
        this.keyframeAt ??= nowMs;
      }
    }
    this.feed.put(piece.content, piece.kind !== "frame");
  }

  /** The connection is lost, or there again (null). */
  lost(since: string | null): void {
    if (since !== null) {
      this.stop();
      this.know({ lostSince: since, hasShown: false, channel: null, unplayable: null });
    } else {
      this.know({ lostSince: null });
    }
  }

  /** The page was hidden and is seen again. */
  seen(): void {
    this.mustJump = true;
    this.keyframeAt = null;
    this.tick(0, true);
  }

  /** What time brings: follows the newest picture, lets go of old ones, notices that one is shown. */
  tick(nowMs: number, isVisible: boolean): void {
    if (this.feed === null) return;
    this.follow(isVisible);
    if (!this.known.hasShown && this.framesShown() > this.framesBefore) {
      this.failures = 0;
      this.know({ hasShown: true });
    }
    const since = this.keyframeAt;
    if (!this.known.hasShown && isVisible && since !== null && nowMs - since > this.patienceMs) {
      this.stop();
      this.know({ unplayable: CANNOT });
    }
    if (!isVisible) this.keyframeAt = since === null ? null : nowMs;
  }

  stop(): void {
    this.feed?.end();
    this.feed = null;
    this.keyframes = [];
    this.captures = new Captures();
    this.keyframeAt = null;
  }

  private follow(isVisible: boolean): void {
    const video = this.tile.video;
    const { rate, jumpTo } = course(rangesOf(video.buffered), video.currentTime, this.mustJump);
    if (jumpTo !== null) {
      this.mustJump = false;
      video.currentTime = jumpTo;
    }
    if (video.playbackRate !== rate) video.playbackRate = rate;
    if (video.paused && isVisible && video.readyState > 0) void video.play().catch(() => undefined);
    const old = removable(this.keyframes, video.currentTime);
    if (old !== null) {
      this.keyframes = this.keyframes.filter((time) => time >= old);
      this.feed?.remove(old);
    }
  }

  private begin(codecs: string): void {
    this.stop();
    this.know({ hasShown: false, unplayable: null });
    if (!canPlay(codecs)) {
      this.know({ unplayable: CANNOT });
      return;
    }
    this.mustJump = true;
    this.patienceMs = codecs.startsWith("avc1") ? FIRST_PICTURE_OF_H264_MS : FIRST_PICTURE_MS;
    const taken = (): void => {
      if (this.mustJump) this.follow(!document.hidden);
    };
    this.feed = new Feed(this.tile.video, codecs, taken, () => this.failed());
    this.framesBefore = 0;
  }

  private failed(): void {
    this.stop();
    this.failures += 1;
    if (this.failures >= TRIES) this.know({ unplayable: CANNOT, hasShown: false });
    else {
      this.know({ hasShown: false });
      this.again();
    }
  }

  private framesShown(): number {
    const quality = this.tile.video.getVideoPlaybackQuality();
    return quality.totalVideoFrames - quality.droppedVideoFrames;
  }

  private know(more: Partial<Known>): void {
    this.known = { ...this.known, ...more };
    this.tell();
  }

  private tell(): void {
    const state = stateOf(this.known);
    if (this.told !== null && isSame(this.told, state)) return;
    this.told = state;
    this.tile.onState(state);
  }
}

function rangesOf(buffered: TimeRanges): Ranges {
  return Array.from({ length: buffered.length }, (_, at) => [buffered.start(at), buffered.end(at)] as const);
}
