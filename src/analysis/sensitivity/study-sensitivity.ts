import type { LayerKl } from "../../derive/behaviour/summarize-sensitivities.js";
import type { RolesRequest } from "../../derive/runs/resolve-roles.js";
import type { StudySensitivity } from "../../derive/sensitivity/study-sensitivity.js";
import { rankSensitivities, type RankFacts, type SeedFacts } from "../../derive/sensitivity/measured-sensitivities.js";
import { formatRanks } from "../../derive/wording.js";
import type { StoredEvaluationSet } from "../../store/evaluation-sets.js";
import type { Study } from "../../store/studies/studies.js";
import { chooseSet, type MeasuredSet } from "../behaviour/choose-set.js";
import { requireEvaluationSet } from "../behaviour/evaluation-set.js";
import { quantizedPairs, type QuantizedPair, type QuantizedPairs } from "../behaviour/quantized-pairs.js";
import { registeredBase } from "../behaviour/served-run.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import { weightGapsAt } from "./weight-gaps.js";

interface SensitivityRequest {
  readonly ranks: readonly number[];
  readonly roles: RolesRequest;
  /** Name of an evaluation set; by default the one with the most measurements. */
  readonly on: string | null | undefined;
  /** Maximum wait for the gaps of weights. */
  readonly waitMilliseconds: number;
}

/** The sensitivities of a study's layers, and a text that is equal for equal sensitivities. */
export interface LoadedSensitivity extends StudySensitivity {
  readonly identity: string;
}

/** The pairs of one rank. */
interface RankPairs extends QuantizedPairs {
  readonly rank: number;
}

/**
 * Maximum number of weights that are quantized because a request asks for a conclusion: a few minutes of a CPU. A larger
 * comparison is made only where it is asked for itself (`weightGap`).
 */
const MAX_IMPLIED_WEIGHTS = 1e9;

/**
 * Loads the sensitivities of the layers by the best basis: the measured KL divergence at the ranks where it is stored; without any,
 * the gap of the weights, which is computed if it is missing. Measurements are never made here: they take long.
 *
 * @throws EVALUATION_SET_NOT_FOUND
 */
export async function studySensitivity(
  context: AnalysisContext,
  study: Pick<Study, "id" | "baseModel">,
  { ranks, roles, on, waitMilliseconds }: SensitivityRequest,
): Promise<LoadedSensitivity> {
  const { loaders } = context;
  const named = on == null ? undefined : await requireEvaluationSet(loaders, on);
  const { model, reason } = await registeredBase(loaders, study.baseModel);
  if (model === null) return absent(`The sensitivity of the layers was not measured: ${lowerFirst(reason)}`);
  const byRank = await Promise.all(
    ranks.map(async (rank) => ({ rank, ...(await quantizedPairs(context, { studyId: study.id, rank, roles })) })),
  );
  const measured = await measuredSensitivities(context, byRank, named);
  const measuredRanks = new Set(measured.facts.map(({ rank }) => rank));
  const rest = byRank.filter(({ rank }) => !measuredRanks.has(rank));
  // With measurements, the gaps of other ranks decide nothing.
  const gapRanks = measuredRanks.size > 0 ? [] : rest;
  const weights = model.parameters * gapRanks.reduce((sum, { pairs }) => sum + pairs.filter(isServed).length, 0);
  const gaps = await weightGapsAt(context, gapRanks, {
    isComputed: weights <= MAX_IMPLIED_WEIGHTS,
    waitMilliseconds,
  });
  const fairGap = gaps.flatMap(({ rank, available, pairs }) => (pairs === null ? [] : [{ rank, available, pairs }]));
  const found = rankSensitivities({ measuredSensitivity: measured.facts, fairGap });
  const pending = gaps.flatMap(({ rank, pendingJobs }) => (pendingJobs.length === 0 ? [] : [{ rank, pendingJobs }]));
  const known = new Set([...found, ...pending].map(({ rank }) => rank));
  const missing = missingText(
    rest.filter(({ rank }) => !known.has(rank)),
    gaps.flatMap(({ rank, reason: why }) => (known.has(rank) || why === null ? [] : [why])),
  );
  const source = measured.facts.length === 0 ? null : measured.source;
  return {
    ranks: found,
    source,
    missing,
    pending,
    identity: JSON.stringify([measured.keys, gaps.map(({ keys }) => keys), source, missing, pending]),
  };
}

interface MeasuredSensitivities {
  readonly facts: readonly RankFacts<LayerKl>[];
  readonly source: string | null;
  readonly keys: readonly string[];
}

/** Reads the stored measurements on the named set, or on the one that has most of them. */
async function measuredSensitivities(
  context: AnalysisContext,
  byRank: readonly RankPairs[],
  named: StoredEvaluationSet | undefined,
): Promise<MeasuredSensitivities> {
  const { set, source, facts } = await chooseSet(
    context.loaders,
    "SENSITIVITY",
    byRank.flatMap(({ pairs }) => pairs.filter(isServed)),
    named,
  );
  if (set === undefined) return { facts: [], source, keys: [] };
  const ranks = await Promise.all(
    byRank.map(async ({ rank, pairs, available }): Promise<RankFacts<LayerKl>> => {
      const seeds = await Promise.all(pairs.filter(isServed).map((pair) => seedFacts(context, pair, facts)));
      return { rank, available, pairs: seeds.flat() };
    }),
  );
  return {
    facts: ranks.filter(({ pairs }) => pairs.length > 0),
    source,
    keys: [...facts.values()].map(({ key }) => key),
  };
}

async function seedFacts(
  { loaders, derivations }: AnalysisContext,
  pair: ComparablePair,
  facts: MeasuredSet<ComparablePair>["facts"],
): Promise<SeedFacts<LayerKl>[]> {
  const fact = facts.get(pair);
  const values = fact === undefined ? undefined : await loaders.behaviourValues.load(fact.key);
  if (values === undefined) return [];
  const layers = await derivations.summarizeBehaviour({
    kind: "SENSITIVITY",
    facts: [values],
    // The intervals over items are not used.
    options: { confidence: 0.95 },
  });
  return layers === undefined ? [] : [{ seed: pair.seed, layers }];
}

type ComparablePair = QuantizedPair & { readonly problem: null };

function isServed(pair: QuantizedPair): pair is ComparablePair {
  return pair.problem === null;
}

/** Returns why ranks have no sensitivity, and how to compute it. Null if every rank has one. */
function missingText(ranks: readonly RankPairs[], reasons: readonly string[]): string | null {
  if (ranks.length === 0) return null;
  const where = formatRanks(ranks.map(({ rank }) => rank));
  const problems = ranks.flatMap(({ pairs }) => pairs.flatMap(({ problem }) => problem ?? []));
  const measurable = ranks.filter(({ pairs }) => pairs.some(isServed)).map(({ rank }) => rank);
  const [first] = measurable;
  const advice =
    first === undefined
      ? []
      : [
          `Request quantizationSensitivity(rank: ${first}, on: SET), or run rankscope behaviour STUDY --on SET --sensitivity.`,
        ];
  const obstacles =
    problems.length === 0 && measurable.length === 0 ? ["No pair of equal seeds has weights."] : problems;
  return [
    `The sensitivity of the layers was not measured at ${where}.`,
    ...new Set([...reasons, ...obstacles]),
    ...advice,
  ].join(" ");
}

function absent(missing: string): LoadedSensitivity {
  return { ranks: [], source: null, missing, pending: [], identity: missing };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
