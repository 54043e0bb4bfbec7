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
}

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
    return { klDivergence, seedKlDivergence, ratioToSeeds: null, statement: null };
  }
  const ratioToSeeds = klDivergence.mean / seedKlDivergence.mean;
  const values = `${format(klDivergence.mean)} nats per token (${pairs(klDivergence.n)}) against ${format(seedKlDivergence.mean)} (${pairs(seedKlDivergence.n)})`;
  return {
    klDivergence,
    seedKlDivergence,
    ratioToSeeds,
    statement: `${relationText(klDivergence, seedKlDivergence)}: ${values}.`,
  };
}

/** Returns how the divergences compare. Means whose intervals overlap are not told apart. */
function relationText(divergence: CompleteMean, ofSeeds: CompleteMean): string {
  const relation = divergence.mean < ofSeeds.mean ? "less than" : "at least as much as";
  const text = `the candidate moves predictions ${relation} another seed of the baseline does`;
  if (divergence.interval === null || ofSeeds.interval === null) return `By point estimates, ${text}`;
  const isApart = divergence.interval.high < ofSeeds.interval.low || ofSeeds.interval.high < divergence.interval.low;
  if (isApart) return text.replace(/^t/, "T");
  return "Whether the candidate moves predictions less than another seed of the baseline is not decided, because the intervals overlap";
}

function format(value: number): string {
  return value.toPrecision(3);
}

function pairs(n: number): string {
  return n === 1 ? "1 pair" : `${n} pairs`;
}
