/** A thread of the renderer: Vega blocks the thread that it draws on. */

import { openDrawing, type DrawTask } from "./draw.js";

let draw: ((task: DrawTask) => Promise<Uint8Array>) | undefined;

/** What the pool calls. */
export function drawTask(task: DrawTask): Promise<Uint8Array> {
  draw ??= openDrawing();
  return draw(task);
}
