import { expect, test } from "vitest";
import type { Kind } from "../api/types";
import { clipWithoutSeconds, draftOf, kindOfCode, kindSent } from "./kinds";

const DAMAGE: Kind = {
  code: "DM",
  label: "Damage",
  class: "anomaly",
  is_span: true,
  colour: "#d9534f",
  key: "q",
  fields: [
    { name: "length", type: "distance", unit: "m", choices: [] },
    { name: "grade", type: "choice", unit: "", choices: ["light, local", "heavy"] },
  ],
  takes_still: true,
  clip_seconds: 12.5,
  takes_span_clip: true,
  open: null,
};

test("a kind that is only looked at is sent as it was", () => {
  const { code, open, ...sent } = DAMAGE;
  expect([code, open]).toEqual(["DM", null]);
  expect(kindSent(draftOf(DAMAGE))).toEqual(sent);
});

test("a new one is a finding without a key, a clip or fields", () => {
  expect(kindSent({ ...draftOf(null), label: " Weld " })).toEqual({
    label: "Weld",
    class: "finding",
    is_span: false,
    takes_still: false,
    takes_span_clip: false,
    clip_seconds: 0,
    colour: "#4f9dde",
    key: "",
    fields: [],
  });
});

test("what is no span has no clip of its span, and only a choice has words to choose from", () => {
  const draft = { ...draftOf(DAMAGE), isSpan: false, clipSeconds: "2,5" };
  draft.fields = draft.fields.map((field) => ({ ...field, type: "text" as const }));
  expect(kindSent(draft)).toMatchObject({
    takes_span_clip: false,
    clip_seconds: 2.5,
    fields: [{ choices: [] }, { choices: [] }],
  });
});

test.each([
  ["finding", false, false, "none"],
  ["note", true, false, "none"],
  ["finding", true, true, "span"],
  ["anomaly", false, false, "usual"],
  ["anomaly", true, false, "span"],
] as const)("of the class %o (a span: %o, with its clip: %o) without seconds: %s", (kindClass, isSpan, takes, what) => {
  expect(clipWithoutSeconds({ ...draftOf(null), kindClass, isSpan, takesSpanClip: takes })).toBe(what);
});

test("a code is known in any case, with blanks around it", () => {
  expect(kindOfCode(" dm ", [DAMAGE])).toBe(DAMAGE);
  expect(kindOfCode("DMX", [DAMAGE])).toBeNull();
});
