import DataLoader from "dataloader";
import {
  degradationDraws,
  degradationInput,
  type AcceptanceRule,
  type DegradationInput,
} from "../../derive/degradation/degradation-input.js";
import { degradationsOf, type Degradation, type RankDegradation } from "../../derive/degradation/degradation.js";
import { ranksOf, type ComparisonRoles, type Run } from "../../derive/runs/comparison-roles.js";
import {
  paretoOrder,
  type BetterDirections,
  type ParetoAxes,
  type ParetoOrder,
} from "../../derive/tradeoffs/pareto-frontier.js";
import { failure } from "../../errors.js";
import { LIMITS } from "../../model/limits.js";
import type { DerivationPool } from "../../threads/derivation-pool.js";
import { takeTurn } from "../../store/in-turns.js";

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
  /** Computes the order and the domination of points. */
  paretoOrder(axes: ParetoAxes, higherIsBetter: BetterDirections): Promise<ParetoOrder>;
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

/** Opens the derivations of a request. Its tasks run one after the other, so that one request occupies one thread. */
export function openRequestDerivations({ pool, signal, maxDraws }: DerivationOptions): RequestDerivations {
  let drawn = 0;
  let previous: Promise<unknown> = Promise.resolve();

  function charge(input: DegradationInput): number {
    const draws = degradationDraws(input);
    if (drawn + draws > maxDraws) throw tooManyDraws(input, { draws, drawn, maxDraws });
    drawn += draws;
    return draws;
  }

  async function compute({ runs, rule, roles }: DegradationSubject): Promise<readonly RankDegradation[]> {
    await takeTurn(runs.length);
    signal.throwIfAborted();
    const input = degradationInput(runs, rule, roles ?? null);
    const draws = charge(input);
    const isSmall = draws === 0 && countValues(input) <= MAX_INLINE_VALUES;
    return isSmall ? degradationsOf(input) : pool.degradations(input, signal);
  }

  function degradations(study: DegradationSubject): Promise<readonly RankDegradation[]> {
    const result = previous.then(() => compute(study));
    previous = result.catch(() => undefined);
    return result;
  }

  function paretoOrderOf(axes: ParetoAxes, higherIsBetter: BetterDirections): Promise<ParetoOrder> {
    const result = previous.then(() => {
      signal.throwIfAborted();
      const isSmall = axes.x.length <= MAX_INLINE_VALUES;
      return isSmall ? paretoOrder(axes, higherIsBetter) : pool.paretoOrder(axes, higherIsBetter, signal);
    });
    previous = result.catch(() => undefined);
    return result;
  }

  const byRank = new DataLoader<RankKey, Degradation | undefined>((keys) => loadRanks(keys, degradations), {
    cache: false,
  });
  return {
    degradations,
    degradationAt: (study, rank) => byRank.load({ study, rank }),
    paretoOrder: paretoOrderOf,
  };
}

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
  degradations: RequestDerivations["degradations"],
): Promise<(Degradation | undefined | Error)[]> {
  const groups: RankGroup[] = [];
  const groupOfKey = keys.map(({ study, rank }) => {
    const rule = JSON.stringify(study.rule);
    let group = groups.find((one) => isSameStudy(one.study, study) && one.rule === rule);
    if (group === undefined) groups.push((group = { study, rule, ranks: new Set() }));
    group.ranks.add(rank);
    return group;
  });
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
  degradations: RequestDerivations["degradations"],
): Promise<ReadonlyMap<number, Degradation> | Error> {
  // Pooling needs the runs of all ranks.
  const isPooled = study.rule.analysis?.interval === "POOLED_T";
  const isWhole = isPooled || ranksOf(study.runs).every((rank) => ranks.has(rank));
  const runs = isWhole ? study.runs : study.runs.filter(({ rank }) => ranks.has(rank));
  try {
    const found = await degradations({ ...study, runs });
    return new Map(found.map(({ rank, degradation }) => [rank, degradation]));
  } catch (error) {
    return error as Error;
  }
}

function countValues({ ranks }: DegradationInput): number {
  return ranks.reduce((sum, { baseline, candidate }) => sum + baseline.length + candidate.length, 0);
}

interface ExceededDraws {
  /** Draws of the refused input. */
  readonly draws: number;
  /** Draws of the request before. */
  readonly drawn: number;
  readonly maxDraws: number;
}

function tooManyDraws({ ranks, rule }: DegradationInput, { draws, drawn, maxDraws }: ExceededDraws): Error {
  const resamples = rule.analysis?.resamples ?? 0;
  return failure("QUERY_TOO_EXPENSIVE", {
    where: `the bootstrap of ${rule.metric}`,
    received: `${draws} draws (${resamples} resamples at ${ranks.length} ranks) after ${drawn} in this request`,
    allowed: `${maxDraws} draws in one request (${LIMITS.draws.variable})`,
    fix: "Ask for fewer resamples, for interval: T, or in several requests.",
  });
}
