/**
 * Watches the recorder: its status twice a second, its events as they happen. What is shown is worked out from that by
 * `model`; nothing here decides anything.
 */
import { ask, query } from "../api/client";
import { follow, type Feed } from "../api/socket";
import type { Context, Event, Kind, Observation, Reading, Rows, Status } from "../api/types";
import { isWorse, shownAlarms, type ShownAlarm } from "../model/alarms";
import { barOf } from "../model/bar";
import { contactAt } from "../model/contact";
import { noteLosses, tilesOf, type LossSeen } from "../model/tiles";
import { inTurn } from "../model/turns";
import { alarmSound } from "./sound.svelte";

const POLL_MS = 500;
const TICK_MS = 250;
const STATUS_SECONDS = 1.5;
/** For so long an event that the status counts may be on its way. */
const EVENTS_LATE_MS = 3000;
/** When no reading has come for so long, all are asked for again. */
const READINGS_LATE_MS = 5000;
const OBSERVATIONS_SHOWN = 30;
/** So many requests in a row must have failed before a loss of contact is heard: a page in the background asks seldom. */
const FAILURES_HEARD = 2;
const SOUND = "seacorder.sound";

export interface LastRecording {
  id: string;
  start_utc: string;
  end_utc: string | null;
  state: string;
}

class Recorder {
  status = $state.raw<Status | null>(null);
  /** Of the page's own monotonic clock: now, and when the newest status came. */
  nowMs = $state(performance.now());
  private cameMs = $state<number | null>(null);
  /** The recorder answers with the instant that it had said before: such an answer says nothing about now. */
  private isClockStopped = $state(false);
  private lossSeen: LossSeen = {};
  alarms = $state.raw<ShownAlarm[]>([]);
  context = $state.raw<Context | null>(null);
  kinds = $state.raw<Kind[]>([]);
  /** The newest ones; whether there are others. */
  observations = $state.raw<Observation[]>([]);
  hasOlderObservations = $state(false);
  readings = $state.raw<ReadonlyMap<string, { reading: Reading; cameMs: number }>>(new Map());
  last = $state.raw<LastRecording | null>(null);
  /** How many files of stills were stored since `listensSinceMs`, by the recorder's clock; null: it has not been heard. */
  stillsStored = $state(0);
  listensSinceMs: number | null = null;
  /** How often events, or a time without them, have told that settings may be others now. */
  settingsChanges = $state(0);
  /** A new alarm is heard, too. */
  hasSound = $state(localStorage.getItem(SOUND) !== "off");
  /** The program was exchanged while this page was open. */
  isOutdated = $state(false);

  private readonly beganMs = performance.now();
  private readonly observers = new Set<(id: string) => void>();
  private cursor: number | null = null;
  private feeds: Feed[] = [];
  /** Since when the status has told of events that have not come. */
  private behindMs: number | null = null;
  private comparedCursor: number | null = null;
  private readMs = 0;
  private asked = 0;
  private answered = 0;
  /** Requests for the status that failed since one was answered, and whether the loss of contact was heard. */
  private failures = 0;
  private isLossHeard = false;
  private page: string | null = null;

  readonly contact = $derived(contactAt(this.nowMs, this.cameMs, this.beganMs, Date.now(), this.isClockStopped));
  readonly tiles = $derived(this.status === null ? [] : tilesOf(this.status, this.contact, this.lossSeen, this.nowMs));
  readonly bar = $derived(barOf(this.status, this.contact, this.tiles));
  /**
   * The recorder's clock, as far as it is known: UTC in milliseconds; null before the first status. Without contact it
   * stands at the newest status, so that no time runs on that is known no more.
   */
  readonly utcMs = $derived(
    this.status === null || this.cameMs === null
      ? null
      : Date.parse(this.status.utc) + (this.contact.isUp ? this.nowMs - this.cameMs : 0),
  );

  start(): void {
    alarmSound.begin();
    window.setInterval(() => this.tick(), TICK_MS);
    document.addEventListener("visibilitychange", () => {
      this.nowMs = performance.now();
      if (!document.hidden) void this.refresh();
    });
    void this.poll();
  }

  /** Asks for the status now: after a command, so that its effect is seen at once. */
  async refresh(): Promise<void> {
    const number = (this.asked += 1);
    try {
      const status = await ask<Status>("GET", "/api/v1/status", { seconds: STATUS_SECONDS });
      if (number < this.answered) return; // a newer one came first
      this.answered = number;
      this.take(status);
    } catch {
      this.failures += 1; // its age tells
      this.isClockStopped = false;
    }
  }

  private tick(): void {
    this.nowMs = performance.now();
    if (this.cameMs === null || this.contact.isUp || this.failures < FAILURES_HEARD || this.isLossHeard) return;
    this.isLossHeard = true;
    if (this.hasSound) void alarmSound.play();
  }

  /** `tell` gets the id of each observation that is entered or changed, until what is given back is called. */
  onObservation(tell: (id: string) => void): () => void {
    this.observers.add(tell);
    return () => this.observers.delete(tell);
  }

  /** Of a kind of observations, as a colour of a style. */
  colourOf(code: string): string {
    return this.kinds.find((kind) => kind.code === code)?.colour ?? "var(--text-2)";
  }

  switchSound(): void {
    if (this.hasSound && alarmSound.isBlocked) {
      void alarmSound.play(); // this press allows it: what is to be heard is heard once
      return;
    }
    this.hasSound = !this.hasSound;
    localStorage.setItem(SOUND, this.hasSound ? "on" : "off");
  }

  readonly refreshObservations = this.kept(async () => {
    const wanted = query("/api/v1/observations", { newest_first: true, limit: OBSERVATIONS_SHOWN });
    const newest = await ask<Rows<Observation>>("GET", wanted);
    this.observations = newest.items;
    this.hasOlderObservations = typeof newest.next_cursor === "string";
    this.kinds = (await ask<{ items: Kind[] }>("GET", "/api/v1/kinds")).items;
  });

  private async poll(): Promise<void> {
    await this.refresh();
    window.setTimeout(() => void this.poll(), POLL_MS);
  }

  private take(status: Status): void {
    this.nowMs = performance.now();
    this.isClockStopped = status.utc === this.status?.utc;
    if (this.isClockStopped) {
      this.failures += 1;
      return;
    }
    const wasAway = this.cameMs === null || !this.contact.isUp;
    this.lossSeen = noteLosses(this.lossSeen, status, this.nowMs);
    const alarms = shownAlarms(status);
    if (this.hasSound && isWorse(this.alarms, alarms)) void alarmSound.play();
    this.alarms = alarms;
    this.status = status;
    this.cameMs = this.nowMs;
    this.failures = 0;
    this.isLossHeard = false;
    if (this.feeds.length === 0) this.listen(status);
    else if (wasAway) this.renewFeeds();
    this.compareCursor(status.newest_event_cursor);
    this.compareReadings();
    if (wasAway) this.refreshAll();
  }

  private listen(status: Status): void {
    this.cursor = status.newest_event_cursor;
    this.listensSinceMs = Date.parse(status.utc);
    this.feeds = [
      follow(
        () => query("/api/v1/events", { cursor: this.cursor }),
        (message) => this.happened(message as Event),
      ),
      follow(
        () => "/api/v1/readings",
        (message) => this.read(message as { items: Reading[] }),
      ),
    ];
  }

  /** After a time without contact a connection may be dead without having told. */
  private renewFeeds(): void {
    this.behindMs = null;
    this.settingsChanges += 1; // another program may answer now, and events may have been missed
    for (const feed of this.feeds) feed.renew();
  }

  /** The status tells how far the events are: so it is noticed when they come no more. */
  private compareCursor(newest: number): void {
    const hasMoved = this.cursor !== this.comparedCursor;
    this.comparedCursor = this.cursor;
    if (this.cursor === null || newest === this.cursor || hasMoved) {
      this.behindMs = null;
      return;
    }
    this.behindMs ??= this.nowMs;
    if (this.nowMs - this.behindMs < EVENTS_LATE_MS) return;
    // It is smaller where another list of recordings is used: its events begin anew.
    this.cursor = Math.min(this.cursor, newest);
    this.renewFeeds();
    this.refreshAll();
  }

  /** Readings that came over a connection which is dead now would stay fresh for ever. A new one sends all of them. */
  private compareReadings(): void {
    if (this.readings.size === 0 || this.nowMs - this.readMs < READINGS_LATE_MS) return;
    this.readMs = this.nowMs;
    this.feeds.at(-1)?.renew();
  }

  private happened(event: Event): void {
    this.cursor = event.cursor;
    if (event.observation !== null || event.kind.startsWith("observation_")) void this.refreshObservations();
    if (event.observation !== null) for (const tell of this.observers) tell(event.observation);
    if (event.kind === "framegrab_stored") this.stillsStored += 1;
    if (event.kind === "settings_changed") this.settingsChanged();
    if (event.kind === "context_changed") void this.refreshContext();
    if (event.kind.startsWith("recording_")) void this.refreshLast();
  }

  /** Kinds of observations are settings, too. */
  private settingsChanged(): void {
    this.settingsChanges += 1;
    void this.refreshObservations();
  }

  private read({ items }: { items: Reading[] }): void {
    const cameMs = performance.now();
    this.readMs = cameMs;
    const next = new Map(this.readings);
    for (const reading of items) next.set(reading.name, { reading, cameMs });
    this.readings = next;
  }

  private refreshAll(): void {
    void this.refreshObservations();
    void this.refreshContext();
    void this.refreshLast();
    void this.comparePage();
  }

  /** After each time without contact: another program may answer now, with another page. */
  private async comparePage(): Promise<void> {
    await this.keep(async () => {
      const answer = await fetch(`${import.meta.env.BASE_URL}page.js`, { method: "HEAD", cache: "no-store" });
      const page = answer.headers.get("etag");
      if (this.page !== null && page !== null && page !== this.page) this.isOutdated = true;
      this.page ??= page;
    });
  }

  private readonly refreshContext = this.kept(async () => {
    this.context = await ask<Context>("GET", "/api/v1/context");
  });

  private readonly refreshLast = this.kept(async () => {
    const rows = await ask<Rows<LastRecording>>("GET", query("/api/v1/recordings", { newest_first: true, limit: 1 }));
    this.last = rows.items[0] ?? null;
  });

  /**
   * Never two at once: an older answer that comes late would hide what is newer. What is shown stays as it is if the
   * recorder does not answer; the bar says that there is no contact.
   */
  private kept(work: () => Promise<void>): () => Promise<void> {
    return inTurn(() => this.keep(work));
  }

  private async keep(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      // As above.
    }
  }
}

export const recorder = new Recorder();
