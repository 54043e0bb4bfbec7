import type { FactorLocation } from "../model/stored-factors.js";
import type { LayerWork } from "../model/job-payloads.js";

/** Elements that one thread holds at once: as float64 they are 32 MB. A larger layer is a slice by itself. */
const SLICE_ELEMENTS = 4 * 2 ** 20;

/** Where updates lie, by their content. */
export type Places = ReadonlyMap<string, FactorLocation>;

/** Divides a job's layers among threads: bounded in memory, and enough slices that every thread has something to do. */
export function slicesOf(layers: readonly LayerWork[], places: Places, threads: number): LayerWork[][] {
  const perThread = Math.ceil(layers.length / threads);
  const slices: LayerWork[][] = [];
  let elements = 0;
  for (const layer of layers) {
    const size = layer.members.reduce((sum, { hash }) => sum + elementsOf(places.get(hash)), 0);
    const current = slices.at(-1);
    if (current === undefined || current.length >= perThread || elements + size > SLICE_ELEMENTS) {
      slices.push([layer]);
      elements = size;
    } else {
      current.push(layer);
      elements += size;
    }
  }
  return slices;
}

function elementsOf(place: FactorLocation | undefined): number {
  if (place === undefined) return 0;
  return [place.a, place.b].reduce((sum, { shape }) => sum + shape.reduce((size, n) => size * n, 1), 0);
}
