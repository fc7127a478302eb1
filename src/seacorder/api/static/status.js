// What a status means in words. Pure functions, no page in here.

// A status older than this says nothing about now.
export const STATUS_SECONDS_MAX = 2;

// A live channel whose newest frame is older than this, or than three of its frames, has stopped sending.
const FRAME_SECONDS_MAX = 1.5;

export function seconds(from, to) {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

export function duration(total) {
  const whole = Math.max(0, Math.floor(total));
  const two = (value) => String(value).padStart(2, "0");
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

export function timeLeft(total) {
  if (total === null) return "–";
  if (total >= 48 * 3600) return `${Math.floor(total / 86400)} days`;
  if (total >= 3600) return `${Math.floor(total / 3600)} h ${Math.floor(total / 60) % 60} min`;
  return `${Math.floor(total / 60)} min`;
}

export function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  let value = count;
  while (value >= 1000 && unit < units.length - 1) { value /= 1000; unit += 1; }
  return `${value.toFixed(value < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

export function clock(utc) {
  return new Date(utc).toLocaleTimeString([], { hour12: false });
}

// The channel's input, `age` seconds after the status of `utc` came: { words, tone, reason }.
export function input(channel, utc, age) {
  if (channel.state !== "live") {
    const tone = channel.state === "connecting" ? "warn" : "bad";
    return { words: `${channel.state} since ${clock(channel.since_utc)}`, tone, reason: channel.reason ?? "" };
  }
  const silent = channel.newest_frame_utc === null ? 0 : seconds(channel.newest_frame_utc, utc) + age;
  const rate = channel.picture?.frame_rate || 25;
  if (silent > Math.max(FRAME_SECONDS_MAX, 3 / rate)) {
    return { words: `no frames for ${silent.toFixed(1)} s`, tone: "bad", reason: "" };
  }
  return { words: "live", tone: "good", reason: "" };
}

// The channel's part in the recording: { words, tone }.
export function part(channel, recordingId) {
  if (channel.is_recording) return { words: `● ${duration(channel.recording_seconds)}`, tone: "rec" };
  if (recordingId !== null) return { words: "not recording", tone: "bad" };
  return { words: "", tone: "quiet" };
}

// The narration: { words, tone, reason, level in dB of full scale }; null where there is none.
export function narration(one) {
  if (one === null) return null;
  const reason = one.reason ?? "";
  if (one.state !== "live") return { words: one.state, tone: one.state === "failed" ? "bad" : "warn", reason, level: -120 };
  const tone = one.silent_since_utc !== null ? "warn" : one.peak_db > -0.5 ? "bad" : "quiet";
  const words = one.silent_since_utc !== null ? `silent since ${clock(one.silent_since_utc)}` : `${one.level_db.toFixed(0)} dB`;
  return { words: one.peak_db > -0.5 ? `${words}, too loud` : words, tone, reason, level: one.level_db };
}

// The whole recording: { words, tone, time }.
export function recording(status) {
  const time = duration(status.recording_seconds);
  if (status.recording_id === null && !status.is_recording) return { words: "Not recording", tone: "quiet", time: "" };
  const missing = status.channels.filter((channel) => !channel.is_recording).map((channel) => channel.name);
  if (!status.is_recording) return { words: "Started, but nothing reaches the disk", tone: "bad", time: "" };
  if (missing.length > 0) return { words: `Recording, but not ${names(missing)}`, tone: "bad", time };
  return { words: "Recording", tone: "rec", time };
}

export function source(channel) {
  const picture = channel.picture;
  if (picture === null) return channel.address;
  const rate = picture.frame_rate > 0 ? `${Number(picture.frame_rate.toFixed(2))} fps` : "";
  const mbits = channel.state === "live" ? `${(channel.bits_per_second / 1e6).toFixed(1)} Mbit/s` : "";
  const codec = { h264: "H.264", hevc: "H.265" }[picture.codec] ?? picture.codec;
  return [`${picture.width} × ${picture.height}`, rate, codec, mbits].filter(Boolean).join(" · ");
}

// How the channel is encoded: { words, tone, sentence }; no words where its pictures are stored as they come.
export function encoding(channel) {
  const one = channel.encoding;
  if (one === null) return { words: "", tone: "quiet", sentence: "" };
  if (one.encoder === "copy") return { words: "", tone: "quiet", sentence: one.sentence };
  const dropped = one.dropped_frames > 0 ? ` ${one.dropped_frames} frames dropped: too slow.` : "";
  const isTold = one.sentence.includes(one.encoder) && one.sentence.includes(one.preset);
  const now = isTold ? "" : ` Now with ${one.encoder}${one.preset ? `, preset ${one.preset}` : ""}.`;
  return { words: `${one.sentence}${now}${dropped}`, tone: dropped ? "warn" : "quiet", sentence: one.sentence };
}

export function file(channel) {
  const open = channel.recording;
  const losses = channel.losses > 0 ? `${channel.losses} ${channel.losses === 1 ? "loss" : "losses"}` : "";
  if (open === null) return losses;
  const name = open.path.split(/[\\/]/).pop();
  return [open.fault ?? `${name} (${bytes(open.bytes_stored)})`, losses].filter(Boolean).join(" · ");
}

// An alarm in one line: since when, whose, what is wrong and what to do.
export function alarm(one) {
  const whose = one.channel !== null && !one.sentence.startsWith(one.channel) ? `${one.channel}: ` : "";
  return `${clock(one.since_utc)}  ${whose}${one.sentence} ${one.remedy}`;
}

export function names(list) {
  return list.length > 3 ? `${list.slice(0, 3).join(", ")} and ${list.length - 3} more` : list.join(", ");
}

// What a command came to, as sentences: { words, tone }.
export function outcome(done, result) {
  const failed = result.channels.filter((one) => !one.ok);
  const good = result.channels.length - failed.length;
  const isIdle = result.id === "" && failed.length === 0;
  const head = isIdle ? done.idle : `${done.words} on ${good} of ${result.channels.length} channels.`;
  const reasons = failed.map((one) => `${one.channel}: ${one.sentence}`);
  return { words: [`${clock(result.instant_utc)}  ${head}`, ...reasons].join("\n"), tone: failed.length ? "warn" : "good" };
}

// A problem's sentence; where channels gave reasons, one line each instead of all in one.
export function failure(problem) {
  const reasons = (problem.channels ?? []).filter((one) => !one.ok).map((one) => `${one.channel}: ${one.sentence}`);
  return reasons.length > 0 ? reasons.join("\n") : problem.detail;
}
