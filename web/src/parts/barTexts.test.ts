import { expect, test } from "vitest";
import type { Status } from "../api/types";
import { bar } from "../texts/bar";
import { blackboxSaid } from "./barTexts";

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
