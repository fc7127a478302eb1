/**
 * The live view: pictures of any number of channels, over one WebSocket, in the page's video elements.
 *
 *     const connection = openLive();
 *     const watching = connection.watch("Bow", "main", { video, onState: (state) => show(state) });
 *     watching.close();
 *
 * Close what is not visible. Where a tile is `unplayable`, watch the channel's "preview" instead.
 */

export { openLive, type LiveConnection, type Watching } from "./connection";
export type { TileElements } from "./player";
export type { LiveState } from "./state";
export type { Stream, Why } from "./wire";
