/** Rows of what was recorded, by the names that this room uses. */
import type { components } from "../../api/v1";

type Schemas = components["schemas"];

export type RecordingRow = Schemas["RecordingRow"];
export type ClipRow = Schemas["ClipRow"];
export type FramegrabRow = Schemas["FramegrabRow"];
export type LossRow = Schemas["LossRow"];
