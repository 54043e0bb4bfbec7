import { largest, smallest } from "../../model/extremes.js";

/** The position of a label in pixels from the top left. */
interface PlacedLabel {
  readonly x: number;
  readonly y: number;
  readonly align: "left" | "right";
}

/** The size of the plot and of a label in pixels. */
interface LabelSpace {
  readonly width: number;
  readonly height: number;
  readonly labelWidth: number;
  readonly labelHeight: number;
}

/** Points within this many pixels of each other share a column of labels. */
const COLUMN_WIDTH = 60;
/** Pixels between a point and its label. */
const GAP = 18;

/**
 * Places a label beside each point without overlaps in a column: on the right, or on the left if there is no room. The
 * labels of a column are in the order of its points, so that the lines between them do not cross.
 *
 * @param points in pixels from the top left
 */
export function spreadLabels(
  points: readonly { readonly x: number; readonly y: number }[],
  { width, height, labelWidth, labelHeight }: LabelSpace,
): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const column of columns(points)) {
    const right = largest(column.map((i) => points[i]?.x ?? 0));
    const left = smallest(column.map((i) => points[i]?.x ?? 0));
    const toTheRight = right + GAP + labelWidth <= width;
    const heights = apart(
      column.map((i) => points[i]?.y ?? 0),
      labelHeight,
      height,
    );
    column.forEach((i, at) => {
      placed[i] = {
        x: toTheRight ? right + GAP : left - GAP,
        y: heights[at] ?? 0,
        align: toTheRight ? "left" : "right",
      };
    });
  }
  return placed;
}

/** Returns the indices of the points of each column, from top to bottom. */
function columns(points: readonly { readonly x: number; readonly y: number }[]): number[][] {
  const byX = points.map((_, i) => i).sort((left, right) => (points[left]?.x ?? 0) - (points[right]?.x ?? 0));
  const columnsByX: number[][] = [];
  for (const i of byX) {
    const column = columnsByX.at(-1);
    const start = points[column?.[0] ?? -1]?.x;
    if (column !== undefined && start !== undefined && (points[i]?.x ?? 0) - start < COLUMN_WIDTH) column.push(i);
    else columnsByX.push([i]);
  }
  return columnsByX.map((column) => column.sort((left, right) => (points[left]?.y ?? 0) - (points[right]?.y ?? 0)));
}

/** Returns ascending positions near `given`, at least `gap` apart: moved down first, then up from the bottom. */
function apart(given: readonly number[], gap: number, bottom: number): number[] {
  const places: number[] = [];
  for (const y of given) places.push(Math.max(y, (places.at(-1) ?? -Infinity) + gap));
  let limit = bottom;
  for (let i = places.length - 1; i >= 0; i--) {
    limit = Math.min(places[i] ?? 0, limit);
    places[i] = limit;
    limit -= gap;
  }
  return places;
}
