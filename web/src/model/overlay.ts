/** The layers over the pictures, in a form: as the settings file has them, and what a form makes of them. */

export const KINDS = ["text", "time", "channel", "image"] as const;
export const ANCHORS = [
  "top_left",
  "top",
  "top_right",
  "left",
  "centre",
  "right",
  "bottom_left",
  "bottom",
  "bottom_right",
] as const;

export type Layer = Record<string, unknown> & { kind: string };

/** Shown where the settings file has no layers. */
export const FIRST_LAYERS: readonly Layer[] = [
  { kind: "text", anchor: "top_left" },
  { kind: "time", anchor: "bottom_left" },
  { kind: "channel", anchor: "bottom_right" },
];

export function layersOf(overlay: Record<string, unknown>): Layer[] {
  const found = overlay["layers"];
  const layers: readonly unknown[] = Array.isArray(found) ? found : FIRST_LAYERS;
  return layers
    .filter((one): one is Layer => typeof one === "object" && one !== null && "kind" in one)
    .map((one) => ({ ...one }));
}

/** Keys that only one kind has: another kind refuses them. */
const OWN: Record<string, string> = { text: "text", pattern: "time", file: "image" };

/** The layer with another kind, without the keys that the new kind does not have. */
export function withKind(layer: Layer, kind: string): Layer {
  const kept = Object.entries(layer).filter(([key]) => OWN[key] === undefined || OWN[key] === kind);
  return { ...Object.fromEntries(kept), kind };
}

/** With one key set; an empty text takes it away. */
export function withKey(layer: Layer, key: string, value: unknown): Layer {
  const kept = Object.entries(layer).filter(([other]) => other !== key);
  return { ...Object.fromEntries(value === "" || value === null ? kept : [...kept, [key, value]]), kind: layer.kind };
}
