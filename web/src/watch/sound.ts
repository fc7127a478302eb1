/** The sound of a new alarm, and of a lost contact. Browsers allow sound only after somebody has pressed something on the page. */

const TONES_HZ = [880, 660, 880];
const TONE_SECONDS = 0.16;
const LOUDNESS = 0.25;

let speaker: AudioContext | null = null;

/** Three short tones. Silence where the browser does not allow them: the alarm is shown all the same. */
export async function soundAlarm(): Promise<void> {
  speaker ??= new AudioContext();
  if (speaker.state === "suspended") await speaker.resume();
  const begin = speaker.currentTime;
  TONES_HZ.forEach((frequency, at) => {
    if (speaker === null) return;
    const tone = new OscillatorNode(speaker, { frequency });
    tone.connect(new GainNode(speaker, { gain: LOUDNESS })).connect(speaker.destination);
    tone.start(begin + at * TONE_SECONDS * 1.4);
    tone.stop(begin + at * TONE_SECONDS * 1.4 + TONE_SECONDS);
  });
}
