/** Where a label is written, in pixels from the top left. */
export interface PlacedLabel {
  readonly x: number;
  readonly y: number;
  readonly align: "left" | "right";
}

/** Points whose labels would begin within this many pixels of each other are one column. */
const COLUMN = 60;
const GAP = 18;

/**
 * Writes a label beside each point, those of one column under each other with room between them: to the right, and to the
 * left where there is none. The order of a column's labels is that of its points, so that the lines to them do not cross.
 *
 * @param points in pixels from the top left
 */
export function spreadLabels(
  points: readonly { readonly x: number; readonly y: number }[],
  {
    width,
    height,
    labelWidth,
    labelHeight,
  }: Readonly<Record<"width" | "height" | "labelWidth" | "labelHeight", number>>,
): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const column of columns(points)) {
    const right = Math.max(...column.map((i) => points[i]?.x ?? 0));
    const left = Math.min(...column.map((i) => points[i]?.x ?? 0));
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

/** Indices of the points of each column, from the top down. */
function columns(points: readonly { readonly x: number; readonly y: number }[]): number[][] {
  const byX = points.map((_, i) => i).sort((left, right) => (points[left]?.x ?? 0) - (points[right]?.x ?? 0));
  const found: number[][] = [];
  for (const i of byX) {
    const column = found.at(-1);
    const start = points[column?.[0] ?? -1]?.x;
    if (column !== undefined && start !== undefined && (points[i]?.x ?? 0) - start < COLUMN) column.push(i);
    else found.push([i]);
  }
  return found.map((column) => column.sort((left, right) => (points[left]?.y ?? 0) - (points[right]?.y ?? 0)));
}

/** Ascending places at least `gap` apart and near those given: pushed down, then back up from the bottom. */
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
