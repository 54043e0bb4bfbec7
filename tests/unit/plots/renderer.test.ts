import { createCanvas, loadImage } from "@napi-rs/canvas";
import { afterEach, describe, expect, test } from "vitest";
import type { Plot } from "#src/plots/plot.js";
import type { DrawTask } from "#src/plots/render/draw-thread.js";
import { openRenderer, type Renderer, type RendererSettings } from "#src/plots/render/renderer.js";
import { specification } from "#src/plots/specification.js";

let renderer: Renderer;
afterEach(() => renderer.close());
const open = (settings: Partial<RendererSettings> = {}) =>
  (renderer = openRenderer({ limitMilliseconds: 60_000, ...settings }));

/** A plot with a title, and white space as the reason that it is empty. */
const titled = (title: string): Plot => ({
  title,
  subtitle: [],
  description: "",
  notes: [],
  table: { columns: [], rows: [] },
  body: { missing: " " },
});
const task = (title: string, format: DrawTask["format"], theme: "LIGHT" | "DARK" = "LIGHT"): DrawTask => ({
  specification: specification(titled(title), theme),
  format,
  scale: 1,
});
const broken: DrawTask = { specification: { mark: "no mark" }, format: "svg", scale: 1 };
/** Its data takes minutes to aggregate. */
const endless: DrawTask = {
  specification: {
    data: { sequence: { start: 0, stop: 3e6, as: "x" } },
    transform: Array.from({ length: 400 }, (_, i) => ({ calculate: `sin(datum.x) + ${i}`, as: `y${i}` })),
    mark: "point",
    encoding: { x: { aggregate: "mean", field: "y1", type: "quantitative" } },
  },
  format: "svg",
  scale: 1,
};

/** Counts the pixels of an image that differ from its background. */
async function inked(
  png: Uint8Array,
): Promise<{ ink: number; ground: readonly number[]; width: number; height: number }> {
  const image = await loadImage(Buffer.from(png));
  const { width, height } = image;
  const context = createCanvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const ground = [...data.slice(0, 4)];
  let ink = 0;
  for (let i = 0; i < data.length; i += 4) if (ground.some((part, at) => data[i + at] !== part)) ink++;
  return { ink, ground, width, height };
}

describe("a PNG", () => {
  test("has text in the bundled font, on the theme's background up to its last pixel", async () => {
    const { draw } = open();
    const empty = await inked(await draw("a", task("", "png")));
    const words = await inked(await draw("b", task("Degradation by rank", "png")));
    const dark = await inked(await draw("c", task("Degradation by rank", "png", "DARK")));
    expect(empty.ink).toBe(0);
    // About 16 letters of 16 pixels: more than thin lines, fewer than boxes in place of letters.
    expect(words.ink).toBeGreaterThan(600);
    expect(words.ink).toBeLessThan(4000);
    expect(words.ground).toEqual([255, 255, 255, 255]);
    expect(dark.ground).toEqual([13, 17, 23, 255]);
    expect(dark.ink).toBeGreaterThan(600);
  });

  test("differs between letters", async () => {
    const { draw } = open();
    const [one, other] = [await draw("a", task("rank I", "png")), await draw("b", task("rank W", "png"))];
    const [narrow, wide] = [await inked(one), await inked(other)];
    expect(wide.ink).not.toBe(narrow.ink);
  });

  test("has the requested number of pixels", async () => {
    const { draw } = open();
    const single = await inked(await draw("a", task("x", "png")));
    const triple = await inked(await draw("b", { ...task("x", "png"), scale: 3 }));
    expect(Math.abs(triple.width - 3 * single.width)).toBeLessThanOrEqual(3);
    expect(Math.abs(triple.height - 3 * single.height)).toBeLessThanOrEqual(3);
  });
});

describe("drawing", () => {
  test("does not block the calling thread", async () => {
    const { draw } = open();
    const order: string[] = [];
    const drawn = draw("a", task("x", "svg")).then(() => order.push("drawn"));
    await new Promise(setImmediate);
    order.push("a turn of the event loop");
    await drawn;
    expect(order).toEqual(["a turn of the event loop", "drawn"]);
  });

  test("happens once for equal keys, and the result is cached", async () => {
    const { draw } = open();
    const both = await Promise.all([draw("a", task("x", "svg")), draw("a", broken)]);
    expect(both[1]).toBe(both[0]);
    expect(await draw("a", broken)).toBe(both[0]);
    await expect(draw("b", broken)).rejects.toMatchObject({ code: "PLOT_FAILED" });
  });

  test("caches no more bytes than the limit", async () => {
    const { draw } = open({ cacheBytes: 100 });
    await draw("a", task("x", "svg"));
    await expect(draw("a", broken)).rejects.toMatchObject({ code: "PLOT_FAILED" });
  });

  test("that fails leaves the renderer working", async () => {
    const { draw } = open();
    await expect(draw("a", broken)).rejects.toMatchObject({ code: "PLOT_FAILED" });
    expect(new TextDecoder().decode(await draw("a", task("again", "svg")))).toContain("again");
  });

  test("that takes too long is stopped, and later plots are drawn", async () => {
    const { draw } = open({ limitMilliseconds: 4_000 });
    await expect(draw("a", endless)).rejects.toMatchObject({ code: "PLOT_FAILED" });
    // On a busy machine, a new thread may take longer than the limit to start, so it is tried again.
    let svg: Uint8Array | undefined;
    for (let i = 0; i < 8 && svg === undefined; i++) svg = await draw("b", task("after", "svg")).catch(() => undefined);
    expect(new TextDecoder().decode(svg)).toContain("after");
  });

  test("waits in a bounded queue", async () => {
    const { draw } = open({ queue: 2 });
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => draw(String(i), task(String(i), "svg"))),
    );
    const refused = results.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(12);
    for (const result of refused) expect(result).toMatchObject({ reason: { code: "PLOT_QUEUE_FULL" } });
  });
});
