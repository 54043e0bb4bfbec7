import { bySeed, runsAt, type ComparisonRoles, type Run } from "./comparison-roles.js";

/** A baseline and a candidate of one rank whose settings are compared. */
export interface ComparedRuns {
  readonly baseline: Run;
  readonly candidate: Run;
}

/**
 * Returns pairs of runs at `rank` in which every run of both configurations occurs: runs with equal known seeds are paired, then
 * the others in their order by seed. A run without a partner is paired with one that has another. Empty if a configuration has no
 * run.
 */
export function runPairsAt(runs: readonly Run[], roles: ComparisonRoles, rank: number): readonly ComparedRuns[] {
  const baselines = [...runsAt(runs, roles.baseline, rank)].sort(bySeed);
  const candidates = [...runsAt(runs, roles.candidate, rank)].sort(bySeed);
  if (baselines.length === 0 || candidates.length === 0) return [];
  const candidatesBySeed = groupBySeed(candidates);
  const pairs: ComparedRuns[] = [];
  const baselinesBySeed = groupBySeed(baselines);
  for (const [seed, ofBaseline] of baselinesBySeed) {
    const ofCandidate = candidatesBySeed.get(seed);
    if (ofCandidate === undefined) continue;
    const length = Math.max(ofBaseline.length, ofCandidate.length);
    for (const pair of inTurn(ofBaseline, ofCandidate, length)) pairs.push(pair);
  }
  const hasNoPartner = (seeds: ReadonlyMap<number, unknown>) => (run: Run) => run.seed === null || !seeds.has(run.seed);
  const restOfBaselines = baselines.filter(hasNoPartner(candidatesBySeed));
  const restOfCandidates = candidates.filter(hasNoPartner(baselinesBySeed));
  const length = Math.max(restOfBaselines.length, restOfCandidates.length);
  return [...pairs, ...inTurn(orAll(restOfBaselines, baselines), orAll(restOfCandidates, candidates), length)];
}

/** Returns the runs of each known seed. */
function groupBySeed(runs: readonly Run[]): ReadonlyMap<number, readonly Run[]> {
  const bySeedOfRun = new Map<number, Run[]>();
  for (const run of runs) {
    if (run.seed === null) continue;
    const ofSeed = bySeedOfRun.get(run.seed);
    if (ofSeed === undefined) bySeedOfRun.set(run.seed, [run]);
    else ofSeed.push(run);
  }
  return bySeedOfRun;
}

/** Returns `length` pairs of runs in their order. A shorter list is repeated. */
function inTurn(baselines: readonly Run[], candidates: readonly Run[], length: number): ComparedRuns[] {
  return Array.from({ length }, (_, i) => ({
    baseline: baselines[i % baselines.length] as Run,
    candidate: candidates[i % candidates.length] as Run,
  }));
}

function orAll(rest: readonly Run[], all: readonly Run[]): readonly Run[] {
  return rest.length > 0 ? rest : all;
}
