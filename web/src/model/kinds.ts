/** A kind of observations in a form: what is in it, and what is sent. Everything that the recorder keeps is in it. */
import type { Kind } from "../api/types";
import { numberTyped } from "./fields";

export const CLASSES = ["finding", "anomaly", "note", "milestone"] as const satisfies readonly Kind["class"][];
export const FIELD_TYPES = ["number", "distance", "clock", "choice", "text"] as const satisfies readonly FieldType[];

type FieldType = Kind["fields"][number]["type"];

export interface FieldDraft {
  name: string;
  type: FieldType;
  unit: string;
  /** One in a line. */
  choices: string;
}

export interface KindDraft {
  code: string;
  label: string;
  kindClass: Kind["class"];
  isSpan: boolean;
  takesStill: boolean;
  takesSpanClip: boolean;
  clipSeconds: string;
  colour: string;
  key: string;
  fields: FieldDraft[];
}

export const NEW_FIELD: FieldDraft = { name: "", type: "number", unit: "", choices: "" };
/** As the recorder has it of what is not said. */
const NEW_KIND: Omit<Kind, "open"> = {
  code: "",
  label: "",
  class: "finding",
  is_span: false,
  takes_still: false,
  takes_span_clip: false,
  clip_seconds: 0,
  colour: "#4f9dde",
  key: "",
  fields: [],
};

/** What the form begins with; null: a new kind. */
export function draftOf(kind: Kind | null): KindDraft {
  const begin = kind ?? NEW_KIND;
  return {
    code: begin.code,
    label: begin.label,
    kindClass: begin.class,
    isSpan: begin.is_span,
    takesStill: begin.takes_still,
    takesSpanClip: begin.takes_span_clip,
    clipSeconds: begin.clip_seconds === 0 ? "" : String(begin.clip_seconds),
    colour: begin.colour,
    key: begin.key,
    fields: begin.fields.map((field) => ({ ...field, choices: field.choices.join("\n") })),
  };
}

/** How long the video of an anomaly that is a point goes on after the press, where nothing else is set. */
export const ANOMALY_SECONDS = 10;

/** What the recorder takes where no seconds are set: no clip, the usual ones of an anomaly, or a clip of the whole span. */
export function clipWithoutSeconds(draft: KindDraft): "none" | "usual" | "span" {
  const isAnomaly = draft.kindClass === "anomaly";
  if (draft.isSpan && (draft.takesSpanClip || isAnomaly)) return "span";
  return isAnomaly ? "usual" : "none";
}

/** The body that sets this kind. */
export function kindSent(draft: KindDraft): object {
  return {
    label: draft.label.trim(),
    class: draft.kindClass,
    is_span: draft.isSpan,
    takes_still: draft.takesStill,
    takes_span_clip: draft.isSpan && draft.takesSpanClip,
    clip_seconds: numberTyped(draft.clipSeconds) ?? 0,
    colour: draft.colour,
    key: draft.key.trim(),
    fields: draft.fields.map(({ name, type, unit, choices }) => ({
      name: name.trim(),
      type,
      unit: unit.trim(),
      choices: type === "choice" ? linesOf(choices) : [],
    })),
  };
}

/** The kind that has this code already; the recorder takes codes in any case. */
export function kindOfCode(code: string, kinds: readonly Kind[]): Kind | null {
  const wanted = code.trim().toUpperCase();
  return kinds.find((kind) => kind.code === wanted) ?? null;
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
