/** One request to the recorder, and what it can come to. */
import type { ChannelOutcome, Message } from "./types";

/** The recorder has answered that it cannot, or has not answered at all (`status` is 0). */
export class Refusal extends Error implements Message {
  readonly status: number;
  readonly fact: string;
  readonly action: string;
  readonly channels: ChannelOutcome[];
  /** Which field of what was sent it is about; null: none, or the recorder does not say. */
  readonly field: string | null;

  constructor(status: number, said: Partial<Message> & { channels?: ChannelOutcome[]; field?: string }) {
    super(said.fact ?? "");
    this.status = status;
    this.fact = said.fact ?? "";
    this.action = said.action ?? "";
    this.channels = said.channels ?? [];
    this.field = said.field ?? null;
  }

  /** Nobody knows whether the recorder has carried it out. */
  get isWithoutAnswer(): boolean {
    return this.status === 0;
  }
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const SECONDS_MAX = 10;

let askedWho: () => void = () => undefined;

/** `what` is called whenever the recorder has refused something because it does not know who asks. */
export function onNotSignedIn(what: () => void): void {
  askedWho = what;
}

interface Options {
  body?: unknown;
  /** Waits at most so long. */
  seconds?: number;
  /** Ends the request before it is answered. */
  stopped?: AbortSignal;
}

/** The answer's JSON. Throws a `Refusal` otherwise. */
export async function ask<Answer>(method: Method, path: string, options: Options = {}): Promise<Answer> {
  const text = await answered(method, path, options, (answer) => answer.text());
  return (text === "" ? null : JSON.parse(text)) as Answer;
}

export interface Picture {
  /** Of the picture, as long as the page is open: revoke it when it is shown no more. */
  url: string;
  /** When it was taken; null where the recorder does not say. */
  utc: string | null;
}

/** The answer's picture. Throws a `Refusal` otherwise. */
export function askPicture(method: Method, path: string, options: Options = {}): Promise<Picture> {
  return answered(method, path, options, async (answer) => ({
    url: URL.createObjectURL(await answer.blob()),
    utc: answer.headers.get("x-frame-utc"),
  }));
}

/** An error in words for people: the recorder's own; `noAnswer` where it has not said any. */
export function wordsOf(error: unknown, noAnswer: string): string {
  return error instanceof Refusal ? `${error.fact} ${error.action}`.trim() || noAnswer : String(error);
}

async function answered<Taken>(
  method: Method,
  path: string,
  { body, seconds = SECONDS_MAX, stopped }: Options,
  take: (answer: Response) => Promise<Taken>,
): Promise<Taken> {
  const late = AbortSignal.timeout(seconds * 1000);
  const signal = stopped === undefined ? late : AbortSignal.any([stopped, late]);
  const request: RequestInit = { method, cache: "no-store", signal };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers = { "content-type": "application/json" };
  }
  let answer: Response;
  let problem: ReturnType<typeof problemOf>;
  try {
    answer = await fetch(path, request);
    if (answer.ok) return await take(answer);
    problem = problemOf(await answer.text());
  } catch {
    throw new Refusal(0, {});
  }
  if (answer.status === 401 && problem.type === "urn:seacorder:problem:not_signed_in") askedWho();
  throw new Refusal(answer.status, problem);
}

function problemOf(text: string): Partial<Message> & { channels?: ChannelOutcome[]; field?: string; type?: string } {
  try {
    const said: unknown = JSON.parse(text);
    return typeof said === "object" && said !== null ? said : {};
  } catch {
    return {};
  }
}

/** The address of a query, without the entries that are null. */
export function query(path: string, entries: Record<string, string | number | boolean | null>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(entries)) if (value !== null) given.set(name, String(value));
  return given.size > 0 ? `${path}?${given}` : path;
}
