/** Which presses of a key are the page's own commands. */

export interface Press {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

/** Characters that need Option or AltGr on many keyboards. */
const THIRD_LEVEL = new Set(["[", "]"]);

/** What a browser does with Ctrl, Alt and Meta stays its own. */
export function isPlain({ key, ctrlKey, altKey, metaKey }: Press): boolean {
  return !ctrlKey && !metaKey && (!altKey || THIRD_LEVEL.has(key));
}

/**
 * The space bar presses the button itself that has the focus, if it was reached with the keyboard. After a click it goes
 * on to be the page's: who has chosen an observation plays it with the space bar.
 */
export function pressesButton(key: string, isButton: boolean, cameByPointer: boolean): boolean {
  return key === " " && isButton && !cameByPointer;
}
