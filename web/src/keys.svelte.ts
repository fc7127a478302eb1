/** Single keys that do something. Parts and rooms say theirs as long as they are shown; `?` lists all of them. */
import { untrack } from "svelte";
import { isPlain, pressesButton } from "./model/press";

export type Group = "record" | "observe" | "look" | "go" | "play";

export interface Command {
  /** As `KeyboardEvent.key` has it; letters in lower case. */
  key: string;
  group: Group;
  /** What it does, in the language of the page. */
  label: () => string;
  /** `press` tells whether Shift was held. */
  run: (press: KeyboardEvent) => void;
  /** What the key cap shows, if that is not the key itself. */
  cap?: string;
  /** Where this is false, the key is left to the browser; always true without it. */
  holds?: () => boolean;
}

const STORED = "seacorder.keys";
const FIELDS = "input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]";
/** Fields in which nothing is typed: only these keys are theirs. */
const CHOICES = "input[type=radio], input[type=checkbox]";
const OF_CHOICES = new Set([" ", "Enter", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);

const BUTTONS = "button, summary, [role=button]";

let said = $state.raw<readonly (() => Command[])[]>([]);
let areOn = $state(localStorage.getItem(STORED) !== "off");

/** Call it while a component is set up: its keys hold as long as it is shown. */
export function useKeys(commands: () => Command[]): void {
  $effect(() => {
    // Read without being told of changes: else it would run again because of itself.
    said = [...untrack(() => said), commands];
    return () => {
      said = said.filter((one) => one !== commands);
    };
  });
}

export function commands(): Command[] {
  return said.flatMap((one) => one());
}

export function keysAreOn(): boolean {
  return areOn;
}

export function switchKeys(on: boolean): void {
  areOn = on;
  localStorage.setItem(STORED, on ? "on" : "off");
}

export function capOf(command: Command): string {
  return command.cap ?? (command.key.length === 1 ? command.key.toUpperCase() : command.key);
}

const down = new Set<string>();

/** Whether a key is held down at this moment. */
export function isDown(key: string): boolean {
  return down.has(key);
}

function keyOf(press: KeyboardEvent): string {
  return press.key.length === 1 ? press.key.toLowerCase() : press.key;
}

/** Whether a dialog is open. */
export function isAsking(): boolean {
  return document.querySelector("[role=dialog], [role=alertdialog]") !== null;
}

/** Whether the focus is in a field in which something is typed. */
export function isTyping(): boolean {
  return document.activeElement?.matches(FIELDS) ?? false;
}

/** Whether the field that has the focus needs this key itself. */
function isOfField(at: Element, key: string): boolean {
  return at.closest(FIELDS) !== null || (at.matches(CHOICES) && OF_CHOICES.has(key));
}

/** Whether the pointer was used last, and whether what has the focus got it so. */
let isByPointer = false;
let cameByPointer = false;

function listenToFocus(): void {
  const used = { capture: true, passive: true };
  const point = (): void => {
    isByPointer = true;
    cameByPointer = true; // also where it had the focus already
  };
  window.addEventListener("pointerdown", point, used);
  window.addEventListener("keydown", () => (isByPointer = false), used);
  window.addEventListener("focusin", () => (cameByPointer = isByPointer), used);
}

/**
 * Call it when a dialog is about to take the focus, and what it gives just before the focus returns: what had it has it
 * then as before, so that the space bar does what it would have done without the dialog.
 */
export function keptFocus(): () => void {
  const was = cameByPointer;
  return () => (isByPointer = was);
}

/** Keys rest in fields and while a dialog is open; what a browser does with Ctrl, Alt and Meta stays its own. */
export function listenToKeys(): void {
  listenToFocus();
  window.addEventListener("keydown", (press) => down.add(keyOf(press)), true);
  window.addEventListener("keyup", (press) => down.delete(keyOf(press)), true);
  window.addEventListener("blur", () => down.clear());
  document.addEventListener("keydown", (press) => {
    if (!areOn || press.defaultPrevented || press.repeat || !isPlain(press)) return;
    const at = press.target instanceof Element ? press.target : document.body;
    if (isOfField(at, press.key) || pressesButton(press.key, at.closest(BUTTONS) !== null, cameByPointer)) return;
    if (isAsking()) return;
    const key = keyOf(press);
    // The last one said holds: a room may take a key of the frame.
    const command = commands().findLast((one) => one.key === key && (one.holds?.() ?? true));
    if (command === undefined) return;
    press.preventDefault();
    command.run(press);
  });
}
