// The first page: asks for the status, shows it, sends commands. Everything shown goes through textContent.
import * as say from "./status.js";

const POLL_MS = 500;
const ASK_MS_MAX = 1500;
const COMMAND_MS_MAX = 60000;
const PICTURE_MS = 1000;
const PICTURE_MS_MAX = 4000;

const byId = (id) => document.getElementById(id);
const cards = new Map();
let newest = null;        // the newest status
let newestAt = null;      // when it came (performance.now)
let lostSince = null;
let isBusy = false;

const DONE = {
  "recording/start": { words: "Recording started", idle: "Nothing was started." },
  "recording/stop": { words: "Recording stopped", idle: "There was no recording to stop.", endsFiles: true },
  "framegrab": { words: "Framegrab taken", idle: "No framegrab was taken." },
  "clip/start": { words: "Clip started", idle: "No clip was started." },
  "clip/stop": { words: "Clip stopped", idle: "There was no clip to stop.", endsFiles: true },
};

function show(element, words, tone) {
  if (element.textContent !== words) element.textContent = words;
  if (tone !== undefined && element.dataset.tone !== tone) element.dataset.tone = tone;
}

function message(words, tone) { show(byId("message"), words, tone); }

async function ask() {
  const answer = await fetch("/api/v1/status", { signal: AbortSignal.timeout(ASK_MS_MAX), cache: "no-store" });
  if (!answer.ok) throw new Error(`The status was answered with ${answer.status}.`);
  newest = await answer.json();
  const isFirst = newestAt === null;
  newestAt = performance.now();
  lostSince = null;
  showAll();
  if (isFirst) refreshPictures();
}

async function poll() {
  try { await ask(); } catch { /* Its age tells; see showAll. */ }
  showAll();
  window.setTimeout(poll, POLL_MS);
}

function isFresh() {
  return newestAt !== null && performance.now() - newestAt <= say.STATUS_SECONDS_MAX * 1000;
}

function showAll() {
  if (isFresh()) { document.body.dataset.connection = "up"; showStatus(newest); }
  else if (newestAt !== null || performance.now() > say.STATUS_SECONDS_MAX * 1000) showLost();
  showButtons();
}

function showLost() {
  lostSince ??= new Date();
  document.body.dataset.connection = "lost";
  const since = say.clock(lostSince);
  const recording = byId("recording");
  recording.dataset.tone = "bad";
  recording.dataset.on = "false";
  show(byId("recording-words"), `No connection to Seacorder since ${since}. It may still be recording.`);
  showHint("Check this computer's network, then the computer that records. Everything below is old.");
  for (const id of ["recording-time", "clip-words"]) show(byId(id), "");
  showAlarms([]);
  for (const id of ["free", "left", "losses", "blackbox-words", "narration-words"]) show(byId(id), "–");
  byId("narration-level").value = byId("narration-level").min;
  for (const card of cards.values()) {
    show(card.state, "unknown", "bad");
    show(card.rec, "", "quiet");
    markOld(card, "No connection");
  }
  document.title = "No connection – Seacorder";
}

function showStatus(status) {
  const recording = say.recording(status);
  byId("recording").dataset.tone = recording.tone;
  byId("recording").dataset.on = String(recording.isOn);
  show(byId("recording-words"), recording.words);
  showHint("");
  show(byId("recording-time"), recording.time);
  show(byId("free"), `${say.bytes(status.volume.free_bytes)} (${status.volume.free_percent} %)`,
    say.isFull(status) ? "bad" : "quiet");
  const left = status.volume.seconds_left;
  show(byId("left"), say.timeLeft(left), left !== null && left < 3600 ? "warn" : "quiet");
  const losses = say.losses(status.channels);
  show(byId("losses"), losses.words, losses.tone);
  showNarration(say.narration(status.narration));
  showBlackbox(say.blackbox(status.blackbox));
  show(byId("clip-words"), status.is_clip_recording ? "Clip is being recorded" : "");
  show(byId("version"), `Version ${status.version}`);
  document.title = `${recording.tone === "rec" ? "● " : ""}${recording.words} – Seacorder`;
  showAlarms(status.alarms);
  for (const channel of status.channels) showChannel(channel, status);
}

function showNarration(narration) {
  byId("narration").hidden = narration === null;
  if (narration === null) return;
  show(byId("narration-words"), narration.words, narration.tone);
  byId("narration").title = narration.reason;
  byId("narration-level").value = narration.level;
}

function showBlackbox(blackbox) {
  byId("blackbox").hidden = blackbox === null;
  if (blackbox !== null) show(byId("blackbox-words"), blackbox.words, blackbox.tone);
}

function showAlarms(alarms) {
  const list = byId("alarms");
  while (list.children.length > alarms.length) list.lastElementChild.remove();
  while (list.children.length < alarms.length) list.append(byId("alarm").content.cloneNode(true));
  alarms.forEach((alarm, index) => {
    const line = list.children[index];
    line.dataset.tone = alarm.severity === "alarm" ? "bad" : "warn";
    for (const [name, words] of Object.entries(say.alarm(alarm))) show(line.querySelector(`.${name}`), words);
  });
}

function showHint(words) { show(byId("hint"), words); }

function showChannel(channel, status) {
  const card = cards.get(channel.index) ?? makeCard(channel.index);
  const input = say.input(channel, status.utc, (performance.now() - newestAt) / 1000);
  const part = say.part(channel, status.recording_id);
  show(card.name, channel.name);
  show(card.state, input.words, input.tone);
  show(card.rec, part.words, part.tone);
  show(card.text, channel.overlay_text);
  show(card.reason, say.unsaid(channel, input.why, status.alarms));
  show(card.source, say.source(channel));
  const encoding = say.encoding(channel);
  card.source.title = encoding.sentence;
  show(card.encoding, encoding.words, encoding.tone);
  show(card.file, say.file(channel, status.alarms));
  card.article.dataset.trouble = String(input.tone === "bad" || part.tone === "bad");
  card.isLive = input.tone === "good";
  if (!card.isLive) markOld(card, "No picture now");
}

function makeCard(index) {
  const article = byId("channel").content.cloneNode(true).querySelector("article");
  const part = (name) => article.querySelector(`.${name}`);
  const card = { index, article, isLive: false, loading: null, picture: part("picture"), noPicture: part("no-picture") };
  for (const name of ["name", "state", "rec", "text", "reason", "source", "encoding", "file"]) card[name] = part(name);
  card.name.id = `channel-${index}`;
  article.setAttribute("aria-labelledby", card.name.id);
  byId("channels").append(article);
  cards.set(index, card);
  return card;
}

function markOld(card, words) {
  show(card.noPicture, words);
  card.picture.dataset.old = "true";
}

function isInSight(element) {
  const place = element.getBoundingClientRect();
  return place.bottom > 0 && place.top < window.innerHeight;
}

function refreshPictures() {
  if (document.hidden || !isFresh()) return;
  for (const card of cards.values()) {
    const isLate = card.loading !== null && performance.now() - card.loading > PICTURE_MS_MAX;
    if (isLate) markOld(card, "No picture now");
    if (card.isLive && (card.loading === null || isLate) && isInSight(card.article)) loadPicture(card);
  }
}

function loadPicture(card) {
  const begun = performance.now();
  const image = new Image();
  card.loading = begun;
  const done = (isGood) => {
    if (card.loading !== begun) return;
    card.loading = null;
    if (!isGood) { markOld(card, "No picture now"); return; }
    card.picture.querySelector("img")?.remove();
    image.alt = `Picture of ${card.name.textContent}`;
    card.picture.append(image);
    if (card.isLive) card.picture.dataset.old = "false";
  };
  image.addEventListener("load", () => done(true));
  image.addEventListener("error", () => done(false));
  image.src = `/api/v1/channels/${card.index}/picture.jpg?width=480&at=${Math.round(begun)}`;
}

function showButtons() {
  const isReady = isFresh() && !isBusy;
  const hasLive = newest?.channels.some((channel) => channel.state === "live") ?? false;
  const hasRecording = newest !== null && (newest.recording_id !== null || newest.is_recording);
  const hasClip = newest?.channels.some((channel) => channel.clip !== null) ?? false;
  byId("start").disabled = !isReady || hasRecording;
  byId("stop").disabled = !isReady || !hasRecording;
  byId("grab").disabled = !isReady || !hasLive;
  byId("clip-start").disabled = !isReady || hasClip || !hasLive;
  byId("clip-stop").disabled = !isReady || !hasClip;
}

async function command(button) {
  const path = button.dataset.command;
  isBusy = true;
  button.setAttribute("aria-busy", "true");
  showButtons();
  try {
    const answer = await fetch(`/api/v1/${path}`, { method: "POST", signal: AbortSignal.timeout(COMMAND_MS_MAX) });
    const content = await answer.json();
    const alarms = newest?.alarms ?? [];
    if (answer.ok) { const result = say.outcome(DONE[path], content, alarms); message(result.words, result.tone); }
    else message(say.failure(button.textContent, DONE[path], content, alarms), "bad");
  } catch (error) {
    message(say.noAnswer(button.textContent, error.name === "TimeoutError" ? COMMAND_MS_MAX / 1000 : null), "bad");
  }
  isBusy = false;
  button.removeAttribute("aria-busy");
  try { await ask(); } catch { /* The next poll tells. */ }
  showAll();
}

for (const button of document.querySelectorAll("[data-command]")) button.addEventListener("click", () => command(button));
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask().then(showAll, showAll); });
window.setInterval(refreshPictures, PICTURE_MS);
window.setInterval(showAll, 250);
poll();
