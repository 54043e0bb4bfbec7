import { failure } from "../errors.js";
import type { Services } from "../serve/context.js";
import { execute } from "../serve/execute.js";
import { print, type Process } from "./process.js";
import { reportText, type Diagnosis, type RankDetail } from "./report-text.js";
import { openServices } from "./services.js";

/** Prints a study's whole summary; it is the same query that anyone can send. */
export async function report(command: Process, slug: string): Promise<void> {
  const opened = await openServices(command, { purpose: "report", exclusive: false });
  const { close } = opened;
  // A terminal has the patience that a request has not, as long as somebody works.
  const waitMilliseconds = command.config.workers > 0 ? Infinity : command.config.waitMilliseconds;
  const services = { ...opened.services, waitMilliseconds };
  try {
    // Weights first: what has to be computed is computed for this question, and said to be.
    const details = await rankDetails(services, slug);
    const largest = Math.max(1, ...details.map(({ r }) => r));
    const asked = { slug, untested: [2 * largest] };
    const { study } = (await execute(services, DIAGNOSIS, asked)) as { study: Diagnosis };
    print(...reportText(study, details));
  } finally {
    await close();
  }
}

/** What needs weights, of all ranks at once, so that what is missing is computed together. */
async function rankDetails(services: Services, slug: string): Promise<RankDetail[]> {
  const found = (await execute(services, RANKS, { slug })) as { study: Pick<Diagnosis, "ranks"> | null };
  if (found.study === null) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
  const { ranks } = found.study;
  const fields = ranks.map(
    ({ r }) => `similarity${r}: weightSimilarity(rank: ${r}, scaling: NONE) { ...Similarity }
      summary${r}: diagnosticSummary(rank: ${r}) { ...Summary }`,
  );
  const query = `query RankDetails($slug: String!) { study(slug: $slug) { ${fields.join("\n")} } } ${FRAGMENTS}`;
  const { study } = (await execute(services, query, { slug })) as { study: Record<string, never> };
  return ranks.map(
    ({ r }) => ({ r, similarity: study[`similarity${r}`], summary: study[`summary${r}`] }) as unknown as RankDetail,
  );
}

const RANKS = `query Ranks($slug: String!) { study(slug: $slug) { ranks { r } } }`;

const FRAGMENTS = `
fragment Similarity on WeightSimilarity {
  mean min max comparedLayers sharedStart initialCosine
  computed { provider precision seconds cached }
  layers { layer { name } cosineSimilarity l2Distance relativeDifference undefinedReason undefinedDetail }
}
fragment Summary on DiagnosticSummary {
  baselineMemoryMb candidateMemoryMb memoryReductionPercent
  baselineTimePerStepSeconds candidateTimePerStepSeconds speedup
}`;

const DIAGNOSIS = `query Report($slug: String!, $untested: [Int!]!) {
  study(slug: $slug) {
    slug name baseModel
    experiments(first: 200) {
      totalCount
      nodes {
        name method quantization { label bits scheme } rank { r }
        trainingLoss evalLoss peakMemoryMb timePerStepSeconds trainingTimeSeconds hasWeights
      }
    }
    layers { name }
    ranks {
      r
      degradation {
        percent acceptable verdict interval { low high confidence } intervalMethod test { p }
        baseline { mean n } candidate { mean n } reason
      }
    }
    roles { baseline candidate because }
    minimumViableRank { rank bound leastAcceptableRank reason inconclusiveRanks range { least greatest } }
    notebook: hypotheses(rules: NOTEBOOK) { id verdict because }
    sensitivityMap {
      ranks fairRanks leftOut { rank because }
      layers { layer { name } values mean } modules { module layers mean } parts { name mean }
    }
    rankTrends(ranks: $untested) {
      quantity rSquared n refusedBecause predictions { rank value interval { low high } refusedBecause }
    }
    hypotheses { id statement verdict because evidence { label value unit } confounds { severity message } }
    paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS) { experiment { name } x y dominated }
    failureModes { kind severity symptom cause mitigation evidence { label value unit } }
    recommendation { experiment { name } because }
  }
}`;
