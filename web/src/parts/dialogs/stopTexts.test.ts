import { expect, test } from "vitest";
import type { Bar } from "../../model/bar";
import { actions } from "../../texts/actions";
import { stopSays } from "./stopTexts";

test.each([
  [{ state: "recording", seconds: 7200, onDisk: 3 }, "02:00:00 on 3 channels. All files are finished."],
  [
    { state: "failed", seconds: null, onDisk: 0 },
    "Nothing of it reaches the disk now. Files that it has are finished.",
  ],
  [
    { state: "starting", seconds: null, onDisk: 0 },
    "Nothing of it reaches the disk now. Files that it has are finished.",
  ],
  [
    { state: "no-contact", seconds: null, onDisk: 0 },
    "There is no contact with the recorder: it cannot be stopped from here now, and may be recording.",
  ],
  [{ state: "idle", seconds: null, onDisk: 0 }, ""],
])("of %j the dialog says %s", (bar, words) => {
  expect(stopSays(bar as Bar, actions())).toBe(words);
});
