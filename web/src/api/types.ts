/** The answers of `/api/v1` by the names that the page uses. `v1.d.ts` is made from the program's OpenAPI document. */
import type { components } from "./v1";

type Schemas = components["schemas"];

export type Status = Schemas["StatusView"];
export type Channel = Schemas["ChannelInStatus"];
export type Alarm = Schemas["AlarmView"];
export type Narration = Schemas["NarrationInStatus"];
export type Outcome = Schemas["Outcome"];
export type ChannelOutcome = Schemas["ChannelOutcome"];
export type Kind = Schemas["KindView"];
export type Observation = Schemas["ObservationView"];
export type Outline = Schemas["ObservationOutlineView"];
export type Context = Schemas["ContextView"];
export type Removal = Schemas["RemovalAnswer"];
export type Reading = Schemas["ReadingView"];
export type PartRow = Schemas["PartRow"];
export type Session = Schemas["SessionView"];
export type CopyTarget = Schemas["CopyTargetView"];
export type VerifiedCopy = Schemas["VerifiedCopyView"];
export type Blackbox = Schemas["BlackboxInStatus"];
export type HeldStretch = Schemas["StretchView"];
export type Kept = Schemas["KeptView"];

/** A message for people: what is wrong, then what is done about it and what to do. */
export interface Message {
  fact: string;
  action: string;
}

/** One message of the WebSocket `/api/v1/events`, which OpenAPI cannot describe. */
export interface Event extends Message {
  cursor: number;
  utc: string;
  kind: string;
  severity: "info" | "warning" | "alarm";
  alarm: string | null;
  channel: string | null;
  observation: string | null;
}

/** A list of rows, as all lists of `/api/v1` are. */
export interface Rows<Row> {
  items: Row[];
  next_cursor: string | null;
}
