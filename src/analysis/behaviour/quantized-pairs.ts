import type { AnalysisContext } from "../request/analysis-context.js";
import { rankRuns, type RankRunsRequest, type SeededRunPair } from "./rank-runs.js";
import { servedRun, type Servable, type ServedRun } from "./served-run.js";

/** A baseline on the full-precision base and a candidate on a quantized base, of equal seeds, or why they are not that. */
export type QuantizedPair = SeededRunPair &
  (
    | { readonly served: readonly [Servable, Servable]; readonly problem: null }
    | { readonly served: null; readonly problem: string }
  );

/** The pairs of equal seeds at a rank. */
export interface QuantizedPairs {
  readonly pairs: readonly QuantizedPair[];
  /** Number of pairs at the rank: more than `pairs` beyond ten. */
  readonly available: number;
}

/** Returns the pairs of equal seeds at a rank whose layers the quantization of the base can be measured in. */
export async function quantizedPairs(context: AnalysisContext, request: RankRunsRequest): Promise<QuantizedPairs> {
  const { pairs, available } = await rankRuns(context, request);
  const quantized = pairs.map(async (pair): Promise<QuantizedPair> => {
    const [reference, candidate] = await Promise.all([
      servedRun(context.loaders, pair.baseline),
      servedRun(context.loaders, pair.candidate),
    ]);
    const problem = [pair.baseline, pair.candidate].map(magnitudeProblem).find((text) => text !== undefined);
    if (problem !== undefined) return { ...pair, served: null, problem };
    return { ...pair, ...pairOf(reference, candidate) };
  });
  return { pairs: await Promise.all(quantized), available };
}

/** Returns a pair, or why layers of the candidate cannot replace those of the baseline. */
function pairOf(
  reference: ServedRun,
  candidate: ServedRun,
): { served: readonly [Servable, Servable]; problem: null } | { served: null; problem: string } {
  const refused = (problem: string) => ({ served: null, problem });
  if (reference.reason !== null) return refused(reference.reason);
  if (candidate.reason !== null) return refused(candidate.reason);
  if (reference.model.base !== candidate.model.base) return refused("The two runs have different base models.");
  if (reference.model.quantization !== null) {
    return refused(
      "The baseline was trained on a quantized base: sensitivity is measured from the full-precision one.",
    );
  }
  if (candidate.model.quantization === null) return refused("The candidate was trained on the full-precision base.");
  if (reference.model.adapter !== null && reference.model.adapter === candidate.model.adapter) {
    return refused("The two runs have the same weights under two names.");
  }
  return { served: [reference, candidate], problem: null };
}

function magnitudeProblem({ experiment, checkpoint }: SeededRunPair["baseline"]): string | undefined {
  const tensors = checkpoint?.uncompared ?? [];
  if (!tensors.some(({ kind }) => kind === "DORA_MAGNITUDE")) return undefined;
  return `${experiment.name} is DoRA, whose magnitudes belong to the norms of the weights that it was trained with: no layer of it can replace another.`;
}
