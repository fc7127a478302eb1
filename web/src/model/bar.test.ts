import { expect, test } from "vitest";
import type { Alarm, Channel, Status } from "../api/types";
import { barOf } from "./bar";
import type { Contact } from "./contact";
import { contactAt } from "./contact";
import { noteLosses, tilesOf, type LossSeen } from "./tiles";

const UP: Contact = { isUp: true, seconds: 0.1, isClockStopped: false, lastMs: 0 };
const RECORDING = "20260504T030201.123Z";

function channel(name: string, more: Partial<Channel> = {}): Channel {
  return {
    name,
    index: 0,
    state: "live",
    since_utc: "2026-05-04T03:00:12Z",
    newest_frame_utc: "2026-05-04T03:12:01.4Z",
    picture: { codec: "h264", width: 1920, height: 1080, frame_rate: 25 },
    is_recording: true,
    losses: 0,
    missing_seconds: 0,
    why: null,
    ...more,
  } as Channel;
}

function status(channels: Channel[], more: Partial<Status> = {}): Status {
  return {
    utc: "2026-05-04T03:12:01.5Z",
    recording_id: RECORDING,
    is_recording: channels.some((one) => one.is_recording),
    recording_seconds: 600,
    volume: { seconds_left: 41400 },
    alarms: [],
    channels,
    ...more,
  } as Status;
}

function alarm(more: Partial<Alarm>): Alarm {
  return { kind: "disk_low", channel: null, severity: "warning", fact: "Low.", since_utc: "x", ...more } as Alarm;
}

function bar(now: Status, { contact = UP, seen = {} }: { contact?: Contact; seen?: LossSeen } = {}) {
  return barOf(now, contact, tilesOf(now, contact, seen, 1000));
}

test("recording, when every channel reaches the disk", () => {
  const shown = bar(status([channel("Bow"), channel("Stern")]));
  expect([shown.state, shown.seconds, shown.onDisk, shown.total, shown.diskSeconds]).toEqual([
    "recording",
    600,
    2,
    2,
    41400,
  ]);
});

test("a disk that lasts for less than an hour needs a look", () => {
  const left = (seconds: number | null) =>
    bar(status([channel("Bow")], { volume: { seconds_left: seconds } as Status["volume"] })).isDiskLow;
  expect([left(3600), left(3599), left(0), left(null)]).toEqual([false, true, true, false]);
});

test("it says that all is recorded only where it is, whatever a status says of the whole", () => {
  for (const isRecording of [false, true])
    for (const id of [null, RECORDING])
      for (const bits of [0, 1, 2, 3]) {
        const channels = [0, 1].map((at) => channel(`Cam ${at}`, { is_recording: (bits & (1 << at)) > 0 }));
        const shown = bar(status(channels, { is_recording: isRecording, recording_id: id }));
        expect(shown.state === "recording" || shown.state === "fault").toBe(bits > 0);
        if (id !== null) expect(shown.state === "recording").toBe(bits === 3);
      }
});

test("how many losses there are, and how long they are together", () => {
  const shown = bar(
    status([
      channel("Bow", { losses: 1, missing_seconds: 30 }),
      channel("Stern", { losses: 2, missing_seconds: 95.5 }),
    ]),
  );
  expect([shown.losses, shown.missingSeconds]).toEqual([3, 125.5]);
});

test("a channel that is not written is a fault, and is named", () => {
  const shown = bar(status([channel("Bow"), channel("Stern", { is_recording: false, state: "failed" })]));
  expect([shown.state, shown.missing, shown.onDisk]).toEqual(["fault", ["Stern"], 1]);
});

test("asked to record, and nothing on disk", () => {
  const nothing = [channel("Bow", { is_recording: false })];
  expect(bar(status(nothing, { is_recording: false })).state).toBe("failed");
  expect(bar(status(nothing, { is_recording: false })).seconds).toBeNull();
});

test("the first seconds after a start are no fault yet", () => {
  const nothing = [channel("Bow", { is_recording: false })];
  expect(bar(status(nothing, { utc: "2026-05-04T03:02:02Z" })).state).toBe("starting");
  expect(bar(status(nothing, { utc: "2026-05-04T03:02:05Z" })).state).toBe("failed");
});

test("idle, when nobody has started anything", () => {
  const shown = bar(status([channel("Bow", { is_recording: false })], { recording_id: null, is_recording: false }));
  expect([shown.state, shown.seconds, shown.live]).toEqual(["idle", null, 1]);
});

test("an old status says nothing about now", () => {
  const contact = contactAt(9000, 6500, 0, 100_000);
  expect([contact.isUp, contact.lastMs]).toEqual([false, 97_500]);
  const shown = bar(status([channel("Bow")]), { contact });
  expect([shown.state, shown.seconds, shown.diskSeconds]).toEqual(["no-contact", null, null]);
  expect(barOf(null, contactAt(500, null, 0, 0), []).state).toBe("no-contact");
});

test("an alarm makes it a fault, a warning does not", () => {
  expect(bar(status([channel("Bow")], { alarms: [alarm({})] })).state).toBe("recording");
  const shown = bar(status([channel("Bow")], { alarms: [alarm({ severity: "alarm", fact: "Slow." })] }));
  expect([shown.state, shown.alarm?.fact]).toEqual(["fault", "Slow."]);
});

test("a channel that has lost frames just now is a fault, and is over after half a minute", () => {
  const before = status([channel("Bow")]);
  const after = status([channel("Bow", { losses: 1, missing_seconds: 0.4 })]);
  const seen = noteLosses(noteLosses({}, before, 500), after, 900);
  expect(bar(after, { seen }).losing).toEqual(["Bow"]);
  expect(bar(after, { seen }).state).toBe("fault");
  expect(tilesOf(after, UP, seen, 32_000)[0]?.losesSince).toBeNull();
  expect(tilesOf(after, UP, noteLosses({}, after, 500), 1000)[0]?.losesSince).toBeNull();
});

test("a live channel whose frames have stopped is shown as stalled", () => {
  const now = status([channel("Bow", { newest_frame_utc: "2026-05-04T03:11:58Z" })]);
  expect(tilesOf(now, UP, {}, 0)[0]?.trouble).toBe("stalled");
  const slow = { codec: "h264", width: 1, height: 1, frame_rate: 0.5 } as NonNullable<Channel["picture"]>;
  const patient = status([channel("Bow", { newest_frame_utc: "2026-05-04T03:11:58Z", picture: slow })]);
  expect(tilesOf(patient, UP, {}, 0)[0]?.trouble).toBe("none");
});

test("while nothing is recorded, only an alarm that says why is said", () => {
  const nothing = [channel("Bow", { is_recording: false }), channel("Stern", { is_recording: false })];
  const survey = alarm({ kind: "telemetry_failed", channel: "ROV", fact: "Video is recorded as usual." });
  const narration = alarm({ kind: "audio_failed", channel: "Talk", severity: "alarm", fact: "Talk is silence." });
  const box = alarm({ kind: "blackbox_not_recording", severity: "alarm", fact: "The blackbox does not." });
  const bow = alarm({ kind: "camera_failed", channel: "Bow", severity: "alarm", fact: "Bow is NOT being recorded." });
  const full = alarm({ kind: "disk_full", severity: "alarm", fact: "The disk is full." });
  const said = (alarms: Alarm[], channels = nothing) => bar(status(channels, { alarms })).alarm?.fact ?? null;
  expect(said([narration, box, bow, survey])).toBeNull();
  expect(said([narration, box, bow, full, survey])).toBe("The disk is full.");
  expect(said([narration, bow], nothing.slice(0, 1))).toBe("Bow is NOT being recorded.");
});
