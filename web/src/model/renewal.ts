/** When a page that is older than its recorder may load itself again without taking something out of a hand. Pure. */

export interface Moment {
  /** Seconds since the last press or key. */
  idleSeconds: number;
  /** A dialog is open, or something is being typed. */
  isAsking: boolean;
  /** A recorded video is playing. */
  isPlaying: boolean;
  /** A command waits for its answer. */
  isWaiting: boolean;
  isInContact: boolean;
  /** Seconds since this page has last loaded itself again; null if it has not. */
  sinceRenewalSeconds: number | null;
}

const IDLE_SECONDS_MIN = 10;
/** A page that stays old all the same must not load itself again and again. */
const BETWEEN_SECONDS_MIN = 60;

export function mayRenew(moment: Moment): boolean {
  if (moment.isAsking || moment.isPlaying || moment.isWaiting || !moment.isInContact) return false;
  if (moment.sinceRenewalSeconds !== null && moment.sinceRenewalSeconds < BETWEEN_SECONDS_MIN) return false;
  return moment.idleSeconds >= IDLE_SECONDS_MIN;
}
