import { completeMean, type CompleteMean } from "../statistics/complete-mean.js";

/** The divergence between baseline and candidate at a rank, beside that between seeds. Nats per token. */
export interface RankBehaviour {
  /** Mean over the pairs of equal seeds. Null while one is missing, because it would change, and without pairs. */
  readonly klDivergence: CompleteMean | null;
  /** Mean over pairs of baseline runs of different seeds. Null while one is missing, and without pairs. */
  readonly seedKlDivergence: CompleteMean | null;
  /** klDivergence / seedKlDivergence of the means. Null if either is. */
  readonly ratioToSeeds: number | null;
  /** One sentence that compares the two divergences. Null if either is missing. */
  readonly statement: string | null;
  /** How the two compare. Null if either is missing. */
  readonly relation: SeedRelation | null;
}

/**
 * How the divergence of the candidate compares with that of another seed: below or not by intervals that do not overlap, by point
 * estimates, or not told apart.
 */
export type SeedRelation = "BELOW" | "NOT_BELOW" | "BELOW_BY_POINTS" | "NOT_BELOW_BY_POINTS" | "OPEN";

/**
 * Compares the divergence of the candidate with that of another seed. Pairs of seeds share runs, so that their interval is only a
 * rough one; the statement compares means and gives the numbers of pairs.
 *
 * @param divergences mean divergence of each pair of baseline and candidate; null if it is missing
 * @param seedDivergences the same of each pair of seeds
 */
export function behaviourAtRank(
  divergences: readonly (number | null)[],
  seedDivergences: readonly (number | null)[],
  confidence: number,
): RankBehaviour {
  const klDivergence = completeMean(divergences, confidence);
  const seedKlDivergence = completeMean(seedDivergences, confidence);
  if (klDivergence === null || seedKlDivergence === null || seedKlDivergence.mean === 0) {
    return { klDivergence, seedKlDivergence, ratioToSeeds: null, statement: null, relation: null };
  }
  const ratioToSeeds = klDivergence.mean / seedKlDivergence.mean;
  const values = `${format(klDivergence.mean)} nats per token (${pairs(klDivergence.n)}) against ${format(seedKlDivergence.mean)} (${pairs(seedKlDivergence.n)})`;
  const relation = relationOf(klDivergence, seedKlDivergence);
  return { klDivergence, seedKlDivergence, ratioToSeeds, statement: `${RELATIONS[relation]}: ${values}.`, relation };
}

/** Start of the sentence for each relation. */
const RELATIONS = {
  BELOW: "The candidate moves predictions less than another seed of the baseline does",
  NOT_BELOW: "The candidate moves predictions at least as much as another seed of the baseline does",
  BELOW_BY_POINTS: "By point estimates, the candidate moves predictions less than another seed of the baseline does",
  NOT_BELOW_BY_POINTS:
    "By point estimates, the candidate moves predictions at least as much as another seed of the baseline does",
  OPEN: "Whether the candidate moves predictions less than another seed of the baseline is not decided, because the intervals overlap",
} as const satisfies Record<SeedRelation, string>;

/** Returns how the divergences compare. Means whose intervals overlap are not told apart. */
function relationOf(divergence: CompleteMean, ofSeeds: CompleteMean): SeedRelation {
  const isBelow = divergence.mean < ofSeeds.mean;
  if (divergence.interval === null || ofSeeds.interval === null) {
    return isBelow ? "BELOW_BY_POINTS" : "NOT_BELOW_BY_POINTS";
  }
  const isApart = divergence.interval.high < ofSeeds.interval.low || ofSeeds.interval.high < divergence.interval.low;
  if (!isApart) return "OPEN";
  return isBelow ? "BELOW" : "NOT_BELOW";
}

function format(value: number): string {
  return value.toPrecision(3);
}

function pairs(n: number): string {
  return n === 1 ? "1 pair" : `${n} pairs`;
}
