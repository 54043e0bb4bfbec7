import DataLoader from "dataloader";
import {
  degradationDraws,
  degradationInputSteps,
  type AcceptanceRule,
  type DegradationInput,
} from "../../derive/degradation/degradation-input.js";
import { degradationsOf, type Degradation, type RankDegradation } from "../../derive/degradation/degradation.js";
import { curveFindings, type CurveFindings, type RunCurves } from "../../derive/failure-modes/curve-findings.js";
import {
  comparePredictions,
  type PredictionsComparison,
  type PredictionsInput,
} from "../../derive/predictions/compare-predictions.js";
import {
  summarizeBehaviour,
  type BehaviourSummaries,
  type SummaryInput,
} from "../../derive/behaviour/summarize-behaviour.js";
import type { BehaviourKind } from "../../model/behaviour.js";
import type { ComparisonRoles, Run } from "../../derive/runs/comparison-roles.js";
import { bootstrapDraws } from "../../derive/statistics/bootstrap-draws.js";
import type { Steps } from "../../derive/steps.js";
import {
  paretoOrder,
  type BetterDirections,
  type ParetoAxes,
  type ParetoOrder,
} from "../../derive/tradeoffs/pareto-frontier.js";
import type { DerivationPool } from "../../threads/derivation-pool.js";
import { ITEMS_PER_TURN, mapInTurns, stepsInTurns, takeTurn } from "../../store/in-turns.js";
import { tooManyDraws, type DrawnValues } from "./too-many-draws.js";

/** The degradations that one request derives. Its bootstrap draws are limited in total, and end with the request. */
export interface RequestDerivations {
  /**
   * Returns the degradation at every rank of the runs, ascending.
   *
   * @throws QUERY_TOO_EXPENSIVE if the request would draw more bootstrap values than it may
   */
  degradations(study: DegradationSubject): Promise<readonly RankDegradation[]>;
  /**
   * Returns the degradation at one rank; undefined if no run has that rank. Ranks that a request needs together are one task.
   *
   * @throws QUERY_TOO_EXPENSIVE
   */
  degradationAt(study: DegradationSubject, rank: number): Promise<Degradation | undefined>;
  /** Takes the steps of a derivation in turns of the event loop. @throws the reason why the request is over */
  inSteps<Result>(steps: Steps<Result>): Promise<Result>;
  /** Returns what the curves of each run show. */
  curveFindings(runs: readonly RunCurves[]): Promise<readonly CurveFindings[]>;
  /** Computes the order and the domination of points. */
  paretoOrder(axes: ParetoAxes, higherIsBetter: BetterDirections): Promise<ParetoOrder>;
  /**
   * Compares two runs' predictions.
   *
   * @throws QUERY_TOO_EXPENSIVE if the request would draw more bootstrap values than it may
   */
  comparePredictions(input: PredictionsInput): Promise<PredictionsComparison>;
  /** Summarizes the values of facts. Undefined if no item has values that count. */
  summarizeBehaviour<Kind extends BehaviourKind>(
    input: SummaryInput<Kind>,
  ): Promise<BehaviourSummaries[Kind]["summary"] | undefined>;
}

/** A study's runs, and how they are judged. */
export interface DegradationSubject {
  readonly runs: readonly Run[];
  readonly rule: AcceptanceRule;
  /** Undefined if the study has no two configurations to compare. */
  readonly roles: ComparisonRoles | undefined;
}

export interface DerivationOptions {
  readonly pool: DerivationPool;
  /** Aborted when the request is over. */
  readonly signal: AbortSignal;
  /** Maximum number of values that the bootstraps of the request draw. */
  readonly maxDraws: number;
}

/** Maximum number of values that are analysed on the serving thread: about a millisecond. A bootstrap never is. */
const MAX_INLINE_VALUES = 5_000;

/** Items of simple work that the interval of one rank is. */
const ITEMS_PER_RANK = 20;
/** Keys of a batch whose ranks are grouped in one turn of the event loop. */
const KEYS_PER_TURN = 1_000;

/** Maximum number of points of curves that are read on the serving thread: about a millisecond. */
const MAX_INLINE_POINTS = 1_000;
/** Maximum number of points of curves in one task, unless a single run has more: copying them takes about a millisecond. */
const MAX_POINTS_OF_TASK = 100_000;

/** Opens the derivations of a request. Its tasks run one after the other, so that one request occupies one thread. */
export function openRequestDerivations({ pool, signal, maxDraws }: DerivationOptions): RequestDerivations {
  let drawn = 0;
  let previous: Promise<unknown> = Promise.resolve();

  function charge(draws: number, what: DrawnValues): void {
    if (drawn + draws > maxDraws) throw tooManyDraws(what, { draws, drawn, maxDraws });
    drawn += draws;
  }

  /** Runs a task after all tasks before. */
  function enqueue<Result>(task: () => Result | Promise<Result>): Promise<Result> {
    const result = previous.then(() => {
      signal.throwIfAborted();
      return task();
    });
    previous = result.catch(() => undefined);
    return result;
  }

  async function takeSteps<Result>(steps: Steps<Result>): Promise<Result> {
    return stepsInTurns(abortable(steps, signal), signal);
  }

  async function compute(
    { runs, rule, roles }: DegradationSubject,
    ranks: ReadonlySet<number> | undefined,
  ): Promise<readonly RankDegradation[]> {
    const ofAllRanks = await takeSteps(degradationInputSteps(runs, rule, roles ?? null));
    const input =
      ranks === undefined
        ? ofAllRanks
        : { ...ofAllRanks, ranks: ofAllRanks.ranks.filter(({ rank }) => ranks.has(rank)) };
    const draws = degradationDraws(input);
    const resamples = rule.analysis?.resamples ?? 0;
    charge(draws, { name: rule.metric, resamples, of: `at ${input.ranks.length} ranks` });
    const values = countValues(input) + ITEMS_PER_RANK * input.ranks.length;
    await takeTurn(values, signal);
    return draws === 0 && values <= MAX_INLINE_VALUES ? degradationsOf(input) : pool.degradations(input, signal);
  }

  async function computeFindings(runs: readonly RunCurves[]): Promise<readonly CurveFindings[]> {
    const findings: CurveFindings[] = [];
    for (const { items, weight } of batchesByWeight(runs, countPoints, MAX_POINTS_OF_TASK)) {
      await takeTurn(Math.min(weight, ITEMS_PER_TURN), signal);
      const isSmall = weight <= MAX_INLINE_POINTS;
      for (const found of isSmall ? items.map(curveFindings) : await pool.curveFindings(items, signal)) {
        findings.push(found);
      }
    }
    return findings;
  }

  const degradations = (study: DegradationSubject, ranks?: ReadonlySet<number>) => enqueue(() => compute(study, ranks));

  function comparePair(input: PredictionsInput): Promise<PredictionsComparison> | PredictionsComparison {
    const { baseline, candidate, analysis } = input;
    const items = Math.min(baseline.n, candidate.n);
    const { interval: method, resamples } = analysis;
    const draws = method === "T" ? 0 : bootstrapDraws([items], { method, resamples, isMean: true });
    charge(draws, { name: "the predictions", resamples, of: `of ${items} items` });
    const isSmall = draws === 0 && baseline.n + candidate.n <= MAX_INLINE_VALUES && baseline.tokens === null;
    return isSmall ? comparePredictions(input) : pool.comparePredictions(input, signal);
  }

  const byRank = new DataLoader<RankKey, Degradation | undefined>((keys) => loadRanks(keys, degradations), {
    cache: false,
  });
  return {
    degradations: (study) => degradations(study),
    inSteps: (steps) => enqueue(() => takeSteps(steps)),
    curveFindings: (runs) => enqueue(() => computeFindings(runs)),
    degradationAt: (study, rank) => byRank.load({ study, rank }),
    paretoOrder: (axes, higherIsBetter) =>
      enqueue(() =>
        axes.x.length <= MAX_INLINE_VALUES
          ? paretoOrder(axes, higherIsBetter)
          : pool.paretoOrder(axes, higherIsBetter, signal),
      ),
    comparePredictions: (input) => enqueue(() => comparePair(input)),
    summarizeBehaviour: (input) =>
      enqueue(() => {
        const bytes = input.facts.reduce((sum, items) => sum + (items?.bytes.length ?? 0), 0);
        return bytes <= 4 * MAX_INLINE_VALUES ? summarizeBehaviour(input) : pool.summarizeBehaviour(input, signal);
      }),
  };
}

/** Computes degradations at the given ranks; at all ranks if undefined. */
type DegradationsOfRanks = (
  study: DegradationSubject,
  ranks: ReadonlySet<number> | undefined,
) => Promise<readonly RankDegradation[]>;

interface RankKey {
  readonly study: DegradationSubject;
  readonly rank: number;
}

/** The ranks of one study that are judged by one rule. */
interface RankGroup {
  readonly study: DegradationSubject;
  readonly rule: string;
  readonly ranks: Set<number>;
}

/** Computes the degradations at some ranks, with one task for each study and rule. */
async function loadRanks(
  keys: readonly RankKey[],
  degradations: DegradationsOfRanks,
): Promise<(Degradation | undefined | Error)[]> {
  const groups: RankGroup[] = [];
  const groupOfKey = await mapInTurns(
    keys,
    ({ study, rank }) => {
      const rule = JSON.stringify(study.rule);
      let group = groups.find((one) => isSameStudy(one.study, study) && one.rule === rule);
      if (group === undefined) groups.push((group = { study, rule, ranks: new Set() }));
      group.ranks.add(rank);
      return group;
    },
    KEYS_PER_TURN,
  );
  const results = new Map(
    await Promise.all(groups.map(async (group) => [group, await groupDegradations(group, degradations)] as const)),
  );
  return keys.map(({ rank }, i) => {
    const found = results.get(groupOfKey[i] as RankGroup);
    return found instanceof Error ? found : found?.get(rank);
  });
}

function isSameStudy(left: DegradationSubject, right: DegradationSubject): boolean {
  return left.runs === right.runs && left.roles === right.roles;
}

async function groupDegradations(
  { study, ranks }: RankGroup,
  degradations: DegradationsOfRanks,
): Promise<ReadonlyMap<number, Degradation> | Error> {
  // Pooling needs the runs of all ranks.
  const isPooled = study.rule.analysis?.interval === "POOLED_T";
  try {
    const found = await degradations(study, isPooled ? undefined : ranks);
    return new Map(found.map(({ rank, degradation }) => [rank, degradation]));
  } catch (error) {
    return error as Error;
  }
}

/** Ends the steps when the request is over. */
function* abortable<Result>(steps: Steps<Result>, signal: AbortSignal): Steps<Result> {
  for (;;) {
    signal.throwIfAborted();
    const { done, value } = steps.next();
    if (done === true) return value;
    yield value;
  }
}

function countPoints(curves: RunCurves): number {
  return [...curves.values()].reduce((sum, { steps }) => sum + steps.length, 0);
}

/** Returns the items in batches of at most `maximum` weight, or of a single item. */
function* batchesByWeight<Item>(
  items: readonly Item[],
  weightOf: (item: Item) => number,
  maximum: number,
): Generator<{ readonly items: Item[]; readonly weight: number }> {
  let batch: Item[] = [];
  let weight = 0;
  for (const item of items) {
    const own = weightOf(item);
    if (batch.length > 0 && (weight + own > maximum || batch.length >= ITEMS_PER_TURN)) {
      yield { items: batch, weight };
      batch = [];
      weight = 0;
    }
    batch.push(item);
    weight += own;
  }
  if (batch.length > 0) yield { items: batch, weight };
}

function countValues({ ranks }: DegradationInput): number {
  return ranks.reduce((sum, { baseline, candidate }) => sum + baseline.length + candidate.length, 0);
}
