/** The one WebSocket of all tiles: connected again by itself, and told again what is looked at. */

import { Player, type TileElements } from "./player";
import { pieceIn, unwatching, watching, type Said, type Stream } from "./wire";

/** A tile that shows a channel. */
export interface Watching {
  /** When the picture that is shown was taken, in milliseconds since 1970; null while none is. */
  readonly shownCaptureMs: number | null;
  /** The tile shows nothing any more, and nothing is sent for it. */
  close(): void;
}

export interface LiveConnection {
  /** A tile shows a channel. Close it while it is not visible, so that nothing is decoded in vain. */
  watch(channel: string, stream: Stream, tile: TileElements): Watching;
  /** Ends all tiles and the connection. */
  close(): void;
}

const TICK_MS = 100;
/** The recorder says something each second, so this is a broken connection. */
const SILENCE_MS = 2500;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4000;

class Connection implements LiveConnection {
  private readonly players = new Map<number, Player>();
  private socket: WebSocket | null = null;
  private nextTile = 0;
  private heardMs = 0;
  private lostSince: string | null = null;
  private pauseMs = FIRST_PAUSE_MS;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private readonly ticking: ReturnType<typeof setInterval>;
  private readonly onVisible = () => {
    if (!document.hidden) for (const player of this.players.values()) player.seen();
  };

  constructor(private readonly url: string) {
    this.ticking = setInterval(() => this.tick(), TICK_MS);
    document.addEventListener("visibilitychange", this.onVisible);
    this.connect();
  }

  watch(channel: string, stream: Stream, elements: TileElements): Watching {
    const tile = this.nextTile;
    this.nextTile = (this.nextTile + 1) % 65_536;
    const player = new Player(channel, stream, elements, () => this.say(watching(tile, channel, stream)));
    this.players.set(tile, player);
    player.lost(this.lostSince);
    this.say(watching(tile, channel, stream));
    return {
      get shownCaptureMs() {
        return player.shownCaptureMs;
      },
      close: () => {
        if (!this.players.delete(tile)) return;
        player.stop();
        this.say(unwatching(tile));
      },
    };
  }

  close(): void {
    clearInterval(this.ticking);
    clearTimeout(this.retry);
    document.removeEventListener("visibilitychange", this.onVisible);
    for (const player of this.players.values()) player.stop();
    this.players.clear();
    this.leave();
  }

  private connect(): void {
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.heardMs = performance.now();
    socket.addEventListener("open", () => this.opened());
    socket.addEventListener("message", (event: MessageEvent<string | ArrayBuffer>) => this.heard(event.data));
    socket.addEventListener("close", () => this.broken(socket));
  }

  private opened(): void {
    this.heardMs = performance.now();
    for (const [tile, player] of this.players) this.say(watching(tile, player.channel, player.stream));
  }

  private heard(message: string | ArrayBuffer): void {
    this.heardMs = performance.now();
    this.pauseMs = FIRST_PAUSE_MS;
    // Not when it is opened: what lies between may open it and close it at once.
    if (this.lostSince !== null) {
      this.lostSince = null;
      for (const player of this.players.values()) player.lost(null);
    }
    if (typeof message === "string") {
      const said = JSON.parse(message) as Said;
      if (said.kind !== "alive" && said.tile !== null) this.players.get(said.tile)?.hear(said);
      return;
    }
    const piece = pieceIn(message);
    if (piece !== null) this.players.get(piece.tile)?.take(piece, this.heardMs);
  }

  private tick(): void {
    const now = performance.now();
    for (const player of this.players.values()) player.tick(now, !document.hidden);
    if (this.socket !== null && now - this.heardMs > SILENCE_MS) this.broken(this.socket);
  }

  private broken(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.leave();
    this.lostSince ??= new Date().toISOString();
    for (const player of this.players.values()) player.lost(this.lostSince);
    this.retry = setTimeout(() => this.connect(), this.pauseMs);
    this.pauseMs = Math.min(2 * this.pauseMs, LONGEST_PAUSE_MS);
  }

  private leave(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private say(text: string): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
  }
}

/** Opens the WebSocket of the recorder that the page comes from, or of another address. */
export function openLive(url?: string): LiveConnection {
  return new Connection(url ?? new URL("/api/v1/live", location.href).href.replace(/^http/, "ws"));
}
