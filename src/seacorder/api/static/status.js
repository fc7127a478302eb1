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

// What the page calls the states of a channel, and of the narration.
const INPUT = { connecting: "connecting since", stalled: "no picture since", failed: "cannot be read since" };
const SOUND = { connecting: "connecting", failed: "not working" };

const SENTENCES = /(?<=[.!?]) /;

// Alarms that say all that there is to say of a channel's source, and of its file.
const OF_SOURCE = new Set(["camera_failed", "camera_stalled", "worker_lost"]);
const OF_FILE = "disk_";

// The channel's input, `age` seconds after the status of `utc` came: { words, tone, why }.
export function input(channel, utc, age) {
  if (channel.state !== "live") {
    const tone = channel.state === "connecting" ? "warn" : "bad";
    return { words: `${INPUT[channel.state]} ${clock(channel.since_utc)}`, tone, why: channel.why };
  }
  const silent = channel.newest_frame_utc === null ? 0 : seconds(channel.newest_frame_utc, utc) + age;
  const rate = channel.picture?.frame_rate || 25;
  if (silent > Math.max(FRAME_SECONDS_MAX, 3 / rate)) {
    return { words: `no picture for ${silent.toFixed(1)} s`, tone: "bad", why: null };
  }
  return { words: "live", tone: "good", why: null };
}

// Why a channel is not live, unless an alarm says so already: nothing is said twice.
export function unsaid(channel, why, alarms) {
  const isSaid = alarms.some((one) => one.channel === channel.name && OF_SOURCE.has(one.kind));
  return why === null || isSaid ? "" : text(why);
}

// A fact and an action as one text.
function text({ fact, action }) {
  return [fact, action].filter(Boolean).join(" ");
}

// A fact with the name of its channel, which is said once.
function named(channel, fact) {
  return channel === null || fact.startsWith(channel) ? fact : `${channel}: ${fact}`;
}

// What a channel that did not carry out a command says, without the sentences that an alarm of the channel says already.
function told(one, alarms) {
  const said = alarms.filter((alarm) => alarm.channel === one.channel).map(text).join(" ");
  const words = text({ fact: named(one.channel, one.fact), action: one.action });
  return words.split(SENTENCES).filter((sentence, index) => index === 0 || !said.includes(sentence)).join(" ");
}

// The channel's part in the recording: { words, tone }.
export function part(channel, recordingId) {
  if (channel.is_recording) return { words: `● ${duration(channel.recording_seconds)}`, tone: "rec" };
  if (recordingId !== null) return { words: "NOT recording", tone: "bad" };
  return { words: "", tone: "quiet" };
}

// The narration: { words, tone, reason, level in dB of full scale }; null where there is none.
export function narration(one) {
  if (one === null) return null;
  const reason = one.why === null ? "" : text(one.why);
  if (one.state !== "live") {
    return { words: SOUND[one.state], tone: one.state === "failed" ? "bad" : "warn", reason, level: -120 };
  }
  const tone = one.silent_since_utc !== null ? "warn" : one.peak_db > -0.5 ? "bad" : "quiet";
  const words = one.silent_since_utc !== null ? `nothing heard since ${clock(one.silent_since_utc)}` : `${one.level_db.toFixed(0)} dB`;
  return { words: one.peak_db > -0.5 ? `${words}, too loud` : words, tone, reason, level: one.level_db };
}

// The blackbox: { words, tone }; null where there is none.
export function blackbox(one) {
  if (one === null) return null;
  const missing = one.channels.filter((channel) => channel.is_missing).map((channel) => channel.name);
  if (missing.length === one.channels.length) return { words: "NOT recording", tone: "bad" };
  if (missing.length > 0) return { words: `NOT ${names(missing)}`, tone: "bad" };
  return one.is_recording ? { words: "● recording", tone: "good" } : { words: "no picture", tone: "warn" };
}

// The whole recording: { words, tone, time, isOn }. It says "Recording" only while frames reach a file.
export function recording(status) {
  const missing = status.channels.filter((channel) => !channel.is_recording).map((channel) => channel.name);
  const isOn = status.is_recording && missing.length < status.channels.length;
  const time = duration(status.recording_seconds);
  if (!isOn && status.recording_id === null) return { words: "Not recording", tone: "quiet", time: "", isOn };
  if (!isOn) {
    return { words: "NOT RECORDING: started, but nothing reaches the disk. See the alarms.", tone: "bad", time: "", isOn };
  }
  if (missing.length > 0) return { words: `Recording, but NOT ${names(missing)}`, tone: "bad", time, isOn };
  return { words: "Recording", tone: "rec", time, isOn };
}

// The recorder stops writing a little above the space that is kept free, so its alarm counts as well.
export function isFull(status) {
  const isStopped = status.alarms.some((one) => one.kind === "disk_full");
  return isStopped || status.volume.free_bytes <= status.volume.reserve_bytes;
}

// All losses of the recording, and how long they are together: { words, tone }.
export function losses(channels) {
  const count = channels.reduce((sum, channel) => sum + channel.losses, 0);
  const long = channels.reduce((sum, channel) => sum + channel.missing_seconds, 0);
  return { words: count > 0 && long > 0 ? `${count} (${missing(long)})` : String(count), tone: count > 0 ? "warn" : "quiet" };
}

// How long losses are.
function missing(total) {
  return total < 60 ? `${total.toFixed(1)} s` : duration(total);
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
  const dropped = one.dropped_frames > 0 ? ` ${frames(one.dropped_frames)} lost: this computer is too slow.` : "";
  const isTold = one.sentence.includes(one.encoder) && one.sentence.includes(one.preset);
  const now = isTold ? "" : ` Now with ${one.encoder}${one.preset ? `, preset ${one.preset}` : ""}.`;
  return { words: `${one.sentence}${now}${dropped}`, tone: dropped ? "warn" : "quiet", sentence: one.sentence };
}

function frames(count) {
  return `${count} ${count === 1 ? "frame" : "frames"}`;
}

// The channel's file, or what is wrong with it unless an alarm says so already; and the channel's losses.
export function file(channel, alarms) {
  const open = channel.recording;
  const long = channel.missing_seconds > 0 ? ` (${missing(channel.missing_seconds)})` : "";
  const lost = channel.losses > 0 ? `${channel.losses} ${channel.losses === 1 ? "loss" : "losses"}${long}` : "";
  if (open === null) return lost;
  const isSaid = open.why === null || alarms.some((one) => one.kind.startsWith(OF_FILE));
  const name = `${open.path.split(/[\\/]/).pop()} (${bytes(open.bytes_stored)})`;
  return [isSaid ? name : text(open.why), lost].filter(Boolean).join(" · ");
}

// An alarm as five texts, one for each element of its line.
export function alarm(one) {
  return {
    severity: one.severity === "alarm" ? "ALARM" : "Warning",
    since: clock(one.since_utc),
    kind: one.kind,
    fact: named(one.channel, one.fact),
    action: one.action,
  };
}

export function names(list) {
  return list.length > 3 ? `${list.slice(0, 3).join(", ")} and ${list.length - 3} more` : list.join(", ");
}

// A stop counts as done on a channel of which nothing was being stored; somebody may wait for its file.
const NO_FILE = "there was no file to finish.";
const hadNoFile = (one) => one.ok && one.path === null;

// What a command came to, as sentences: { words, tone }.
export function outcome(done, result, alarms) {
  const failed = result.channels.filter((one) => !one.ok);
  const good = result.channels.length - failed.length;
  const isIdle = result.id === "" && failed.length === 0;
  const head = isIdle ? done.idle : `${done.words} on ${good} of ${result.channels.length} channels.`;
  const reasons = failed.map((one) => told(one, alarms));
  if (done.endsFiles && !isIdle) reasons.push(...result.channels.filter(hadNoFile).map((one) => named(one.channel, NO_FILE)));
  return { words: [`${clock(result.instant_utc)}  ${head}`, ...reasons].join("\n"), tone: reasons.length ? "warn" : "good" };
}

// A command that failed: which, then what is wrong, each channel's reason on a line of its own, and what to do.
// Where channels say what went wrong at a stop, the recording or clip has ended all the same, so the stop is not called
// failed.
export function failure(button, done, problem, alarms) {
  const failed = (problem.channels ?? []).filter((one) => !one.ok);
  const isEnded = done.endsFiles && failed.length > 0;
  const head = isEnded ? "" : `${button} failed.`;
  const reasons = failed.map((one) => told(one.action === problem.action ? { ...one, action: "" } : one, alarms));
  return [head, what(problem.fact, failed), ...reasons, problem.action].filter(Boolean).join("\n");
}

// The fact without the channels' reasons, which it ends with.
function what(fact, failed) {
  const begins = failed.map((one) => fact.indexOf(named(one.channel, one.fact))).filter((at) => at >= 0);
  return fact.slice(0, Math.min(fact.length, ...begins)).trim();
}

// A command without an answer; `limit` is how many seconds were waited, null if the connection failed.
export function noAnswer(button, limit) {
  const within = limit === null ? "" : ` within ${limit} s`;
  return `No answer to ‘${button}’${within}. It may have been done all the same: look at the state above, then try again.`;
}
