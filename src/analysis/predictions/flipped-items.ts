import type { FlipDirection } from "../../model/enums/prediction.js";
import type { PredictionTexts, StoredText } from "../../model/predictions.js";
import type { Connection } from "../../store/connection.js";
import { predictionTexts } from "../../store/studies/predictions.js";
import type { ComparedSets } from "./compare-predictions.js";

/** An item that flipped, with its texts. */
export interface FlippedItem {
  readonly item: string;
  readonly direction: FlipDirection;
  readonly prompt: StoredText | null;
  readonly target: StoredText | null;
  readonly baseline: StoredText | null;
  readonly candidate: StoredText | null;
}

interface FlipPage {
  /** Undefined or null for both. */
  readonly direction?: FlipDirection | null | undefined;
  /** Number of flipped items before the page. */
  readonly start: number;
  readonly limit: number;
}

/** Loads a page of flipped items, in the order of the baseline's file. Only the texts of the page are read. */
export async function flippedItems(
  database: Connection,
  { baseline, candidate, result }: ComparedSets,
  { direction, start, limit }: FlipPage,
): Promise<{ readonly nodes: FlippedItem[]; readonly totalCount: number }> {
  const { flips } = result.metric;
  const lost = flips === null || direction === "WRONG_TO_RIGHT" ? [] : pairsOf(flips.rightToWrongAt, "RIGHT_TO_WRONG");
  const gained =
    flips === null || direction === "RIGHT_TO_WRONG" ? [] : pairsOf(flips.wrongToRightAt, "WRONG_TO_RIGHT");
  const all = [...lost, ...gained].sort((left, right) => left.at[0] - right.at[0]);
  const page = all.slice(start, start + limit);
  const [left, right] = await Promise.all([
    predictionTexts(
      database,
      baseline.hash,
      page.map(({ at }) => at[0]),
    ),
    predictionTexts(
      database,
      candidate.hash,
      page.map(({ at }) => at[1]),
    ),
  ]);
  const nodes = page.map(({ at, direction: flip }) => flippedItem(flip, left.get(at[0]), right.get(at[1])));
  return { nodes, totalCount: all.length };
}

interface Flip {
  readonly at: readonly [baseline: number, candidate: number];
  readonly direction: FlipDirection;
}

function pairsOf(positions: Int32Array, direction: FlipDirection): Flip[] {
  return Array.from({ length: positions.length / 2 }, (_, i): Flip => {
    return { at: [positions[2 * i] ?? 0, positions[2 * i + 1] ?? 0], direction };
  });
}

function flippedItem(
  direction: FlipDirection,
  baseline: PredictionTexts | undefined,
  candidate: PredictionTexts | undefined,
): FlippedItem {
  return {
    item: baseline?.item ?? candidate?.item ?? "",
    direction,
    prompt: baseline?.prompt ?? null,
    target: baseline?.target ?? candidate?.target ?? null,
    baseline: baseline?.answer ?? null,
    candidate: candidate?.answer ?? null,
  };
}
