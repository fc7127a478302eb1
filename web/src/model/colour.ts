/** Colours that people set for kinds of observations: which ink is readable on them. WCAG 2.2, relative luminance. */

export type Ink = "dark" | "light";

const HEX = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i;

export function luminance(colour: string): number {
  const found = HEX.exec(colour);
  if (found === null) return 0.5;
  const [red = 0, green = 0, blue = 0] = found.slice(1).map((pair) => linear(parseInt(pair, 16) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Dark or light text, whichever has the greater contrast on this colour. */
export function inkOn(colour: string): Ink {
  const bright = luminance(colour);
  return (bright + 0.05) / 0.05 > 1.05 / (bright + 0.05) ? "dark" : "light";
}

function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
