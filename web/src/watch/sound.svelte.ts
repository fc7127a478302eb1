/**
 * The sound of a new alarm, and of a lost contact. Browsers allow sound only after somebody has pressed something on the
 * page: until then this one is known to be blocked, and what was not heard is not heard later.
 */

const TONES_HZ = [880, 660, 880];
const TONE_SECONDS = 0.16;
const LOUDNESS = 0.25;
/** A browser that allows sound has begun sooner. */
const PATIENCE_MS = 1000;

class AlarmSound {
  /** The browser lets nothing be heard before something is pressed. */
  isBlocked = $state(false);
  private speaker: AudioContext | null = null;
  private isAllowed = false;
  private playing = 0;

  /** Finds out whether the browser allows sound; where it does not, each press on the page tries again. */
  begin(): void {
    void this.tryOnce();
    const pressed = (): void => {
      if (this.isBlocked) void this.tryOnce();
    };
    window.addEventListener("click", pressed);
    window.addEventListener("keydown", pressed);
  }

  /** Three short tones. Silence where the browser does not allow them: the alarm is shown all the same. */
  async play(): Promise<void> {
    this.playing += 1;
    const speaker = await this.awake();
    if (speaker === null) {
      this.ended();
      return;
    }
    const begin = speaker.currentTime;
    TONES_HZ.forEach((frequency, at) => {
      const tone = new OscillatorNode(speaker, { frequency });
      tone.connect(new GainNode(speaker, { gain: LOUDNESS })).connect(speaker.destination);
      if (at === TONES_HZ.length - 1) tone.onended = () => this.ended();
      tone.start(begin + at * TONE_SECONDS * 1.4);
      tone.stop(begin + at * TONE_SECONDS * 1.4 + TONE_SECONDS);
    });
  }

  private async tryOnce(): Promise<void> {
    await this.awake();
    this.rest();
  }

  /** The speaker, running; null while the browser does not let it. Once it was let, it is waited for. */
  private async awake(): Promise<AudioContext | null> {
    if (typeof AudioContext === "undefined") return null; // no press helps
    this.speaker ??= new AudioContext();
    const speaker = this.speaker;
    const begun = speaker.resume().then(
      () => {
        this.isAllowed = true;
        this.isBlocked = false;
        return true;
      },
      () => false,
    );
    const isLate = new Promise<boolean>((done) => window.setTimeout(() => done(false), PATIENCE_MS));
    const isHeard = await (this.isAllowed ? begun : Promise.race([begun, isLate]));
    this.isBlocked = !this.isAllowed;
    return isHeard ? speaker : null;
  }

  private ended(): void {
    this.playing -= 1;
    this.rest();
  }

  /** A speaker that runs takes processor time, heard or not. */
  private rest(): void {
    if (this.playing === 0 && this.speaker?.state === "running") void this.speaker.suspend();
  }
}

export const alarmSound = new AlarmSound();
