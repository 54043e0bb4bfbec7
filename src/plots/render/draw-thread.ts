/** The entry point of a renderer thread. Vega blocks the thread that it draws on. */

import { openDrawing, type DrawTask } from "./draw.js";

let draw: ((task: DrawTask) => Promise<Uint8Array>) | undefined;

/** Draws a plot. The pool of the renderer calls it. */
export function drawTask(task: DrawTask): Promise<Uint8Array> {
  draw ??= openDrawing();
  return draw(task);
}
