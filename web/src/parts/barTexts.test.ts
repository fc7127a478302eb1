import { expect, test } from "vitest";
import type { Status } from "../api/types";
import type { Bar } from "../model/bar";
import { bar } from "../texts/bar";
import { blackboxSaid, sentences } from "./barTexts";

type Blackbox = NonNullable<Status["blackbox"]>;

function blackbox(missing: string[], isRecording = true): Blackbox {
  const channels = ["Bow", "Stern"].map((name) => ({ name, is_missing: missing.includes(name) }));
  return { channels, is_recording: isRecording } as Blackbox;
}

test.each([
  [blackbox([]), "recording", false],
  [blackbox([], false), "no picture", false],
  [blackbox(["Stern"]), "NOT Stern", true],
  [blackbox(["Bow", "Stern"]), "NOT recording", true],
])("of %j it says %s", (given, words, isBad) => {
  expect(blackboxSaid(given, bar())).toEqual({ words, isBad });
});

test("where there is none, nothing is said", () => {
  expect(blackboxSaid(null, bar())).toBeNull();
  expect(blackboxSaid(undefined, bar())).toBeNull();
});

test("where nothing is recorded and no alarm says why, the cameras are named", () => {
  const failed = { state: "failed", alarm: null, missing: ["Bow", "Stern"] } as unknown as Bar;
  const contact = { isUp: true, seconds: 0, isClockStopped: false, lastMs: 0 };
  expect(sentences(failed, contact, null, bar())).toEqual([
    "A recording was started, but nothing of it reaches the disk.",
    "Bow and Stern are not recorded.",
  ]);
});
