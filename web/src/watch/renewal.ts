/** Loads the page again once the program was exchanged, as soon as that disturbs nobody. */
import { isAsking, isTyping } from "../keys.svelte";
import { mayRenew } from "../model/renewal";
import { here } from "../router.svelte";
import { actions } from "./actions.svelte";
import { recorder } from "./recorder.svelte";

const LOOK_MS = 1000;
const STORED = "seacorder.renewed";

let lastTouchMs = performance.now();

for (const kind of ["pointerdown", "keydown", "wheel"]) {
  window.addEventListener(kind, () => (lastTouchMs = performance.now()), { capture: true, passive: true });
}

/** Looks each second until it may; what is given back ends that. */
export function renewWhenQuiet(): () => void {
  const timer = window.setInterval(look, LOOK_MS);
  return () => window.clearInterval(timer);
}

function look(): void {
  const renewed = sessionStorage.getItem(STORED);
  const isReviewing = here().room === "review";
  const may = mayRenew({
    idleSeconds: (performance.now() - lastTouchMs) / 1000,
    isAsking: isAsking() || isTyping(),
    isPlaying: isReviewing && Array.from(document.querySelectorAll("video")).some((one) => !one.paused),
    isWaiting: actions.isWaiting,
    isInContact: recorder.contact.isUp,
    sinceRenewalSeconds: renewed === null ? null : (Date.now() - Number(renewed)) / 1000,
  });
  if (!may) return;
  sessionStorage.setItem(STORED, String(Date.now()));
  location.reload();
}
