/** The browser's part that takes MP4 piece by piece: MediaSource, or ManagedMediaSource where that is what there is. */

type AnyMediaSource = typeof MediaSource;

interface Offered {
  MediaSource?: AnyMediaSource;
  ManagedMediaSource?: AnyMediaSource;
}

function offered(): AnyMediaSource | null {
  const browser = globalThis as Offered;
  return browser.MediaSource ?? browser.ManagedMediaSource ?? null;
}

export function mimeOf(codecs: string): string {
  return `video/mp4; codecs="${codecs}"`;
}

/** Whether the browser says that it can play this. It may be wrong: some say so and show nothing. */
export function canPlay(codecs: string): boolean {
  return offered()?.isTypeSupported(mimeOf(codecs)) ?? false;
}

/** More that waits to be taken than this is thrown away, up to the next keyframe. */
const WAITING_MAX = 250;

/** One stream in one video element, from its header on. It takes pieces in their order, and never throws. */
export class Feed {
  private readonly media: MediaSource;
  private readonly address: string;
  private buffer: SourceBuffer | null = null;
  private waiting: { content: Uint8Array<ArrayBuffer>; isKeyframe: boolean }[] = [];
  private removal: number | null = null;
  private wantsKeyframe = false;
  private isOver = false;

  /** `taken` is called whenever the browser has taken something; `failed` once if it takes no more. */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly codecs: string,
    private readonly taken: () => void,
    private readonly failed: () => void,
  ) {
    const Source = offered();
    if (Source === null) throw new Error("this browser has no Media Source Extensions");
    this.media = new Source();
    this.address = URL.createObjectURL(this.media);
    this.media.addEventListener("sourceopen", () => this.opened(), { once: true });
    video.disableRemotePlayback = true; // ManagedMediaSource demands it
    video.src = this.address;
  }

  put(content: Uint8Array<ArrayBuffer>, isKeyframe: boolean): void {
    if (this.isOver || (this.wantsKeyframe && !isKeyframe)) return;
    this.wantsKeyframe = false;
    if (this.waiting.length >= WAITING_MAX) {
      this.waiting = [];
      this.wantsKeyframe = true;
      return;
    }
    this.waiting.push({ content, isKeyframe });
    this.work();
  }

  /** Lets go of what lies before a time. */
  remove(seconds: number): void {
    this.removal = seconds;
    this.work();
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.waiting = [];
    URL.revokeObjectURL(this.address);
    this.video.removeAttribute("src");
    this.video.load();
  }

  private opened(): void {
    if (this.isOver) return;
    try {
      this.buffer = this.media.addSourceBuffer(mimeOf(this.codecs));
      this.buffer.mode = "segments";
    } catch {
      this.fail();
      return;
    }
    this.buffer.addEventListener("updateend", () => {
      this.work();
      if (!this.isOver) this.taken();
    });
    this.buffer.addEventListener("error", () => this.fail());
    this.work();
  }

  private work(): void {
    const buffer = this.buffer;
    if (this.isOver || buffer === null || buffer.updating || this.media.readyState !== "open") return;
    try {
      if (this.removal !== null) {
        const end = this.removal;
        this.removal = null;
        if (buffer.buffered.length > 0 && buffer.buffered.start(0) < end) {
          buffer.remove(0, end);
          return;
        }
      }
      if (this.waiting.length > 0) {
        const all = joined(this.waiting.map((one) => one.content));
        this.waiting = [];
        buffer.appendBuffer(all);
      }
    } catch {
      this.fail(); // the browser has no room, or has given the stream up: it is begun again
    }
  }

  private fail(): void {
    if (this.isOver) return;
    this.end();
    this.failed();
  }
}

function joined(pieces: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const all = new Uint8Array(pieces.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of pieces) {
    all.set(one, at);
    at += one.length;
  }
  return all;
}
