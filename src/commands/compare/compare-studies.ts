import type { Asker } from "../asker/asker.js";

type Maybe = number | null;

/** A study as `rankscope compare --json` gives it; degradation is of training loss. */
export interface ComparedStudy {
  readonly slug: string;
  readonly name: string;
  readonly baseModel: string | null;
  readonly experiments: { readonly totalCount: number };
  readonly roles: { readonly baseline: string; readonly candidate: string } | null;
  readonly ranks: readonly {
    readonly r: number;
    readonly degradation: {
      readonly percent: Maybe;
      readonly verdict: string;
      readonly reason: string | null;
      readonly interval: { readonly low: number; readonly high: number; readonly confidence: number } | null;
    };
  }[];
  readonly minimumViableRank: {
    readonly rank: Maybe;
    readonly bound: string;
    readonly reason: string;
  };
  /** By stored comparisons of weights alone: nothing is computed for it. */
  readonly weights: {
    readonly meanCosineSimilarity: Maybe;
    readonly comparedLayers: number;
    readonly missingLayers: number;
    readonly memoryReductionPercent: Maybe;
  };
}

/** Studies by their slugs, all of which are there. */
export async function compareStudies(
  asker: Asker,
  slugs: readonly string[],
  signal: AbortSignal,
): Promise<ComparedStudy[]> {
  if (slugs.length === 0) return [];
  const variables = { ...Object.fromEntries(slugs.map((slug, i) => [`s${i}`, slug])), slugs };
  const answer = (await asker.ask(queryFor(slugs), variables, signal)) as Record<string, unknown> & {
    compareStudies: { byStudy: readonly ComparedStudy["weights"][] };
  };
  return slugs.map((_, i) => {
    const weights = answer.compareStudies.byStudy[i] as ComparedStudy["weights"];
    return { ...(answer[`study${i}`] as Omit<ComparedStudy, "weights">), weights };
  });
}

const queryFor = (
  slugs: readonly string[],
) => `query Studies($slugs: [String!]!, ${slugs.map((_, i) => `$s${i}: String!`).join(", ")}) {
  ${slugs.map((_, i) => `study${i}: study(slug: $s${i}) { ...Side }`).join("\n  ")}
  compareStudies(slugs: $slugs, metric: TRAINING_LOSS) {
    byStudy { meanCosineSimilarity comparedLayers missingLayers memoryReductionPercent }
  }
}
fragment Side on Study {
  slug name baseModel
  experiments(first: 1) { totalCount }
  roles { baseline candidate }
  ranks { r degradation { percent verdict reason interval { low high confidence } } }
  minimumViableRank { rank bound reason }
}`;
