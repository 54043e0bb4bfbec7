import { countOf } from "../../model/count-of.js";
import { ranksOf, runsAt, type ComparisonRoles } from "../runs/comparison-roles.js";
import { runPairsAt } from "../runs/run-pairs.js";
import type { RunSettings } from "../runs/run-settings.js";
import type { Steps } from "../steps.js";
import type { StudyEvidence } from "../study-evidence.js";
import { formatList, formatRanks } from "../wording.js";
import type { ConfoundRule, SettingDifference, StudyFinding } from "./confound-rule.js";

/** The settings of the runs of both configurations at one rank. */
interface TrainedRank {
  readonly rank: number;
  readonly runs: readonly RunSettings[];
  /** Pairs in which every run occurs. */
  readonly pairs: readonly SettingsPair[];
}

interface SettingsPair {
  readonly baseline: RunSettings;
  readonly candidate: RunSettings;
}

/** The settings by rank of each set of settings and roles, and the finding of each rule about them: all aliases share them. */
const TRAINED = new WeakMap<object, WeakMap<ComparisonRoles, readonly TrainedRank[]>>();
const FOUND = new WeakMap<readonly TrainedRank[], Map<ConfoundRule, { readonly finding: StudyFinding | undefined }>>();

/** Returns the settings of the runs of both configurations by rank, in steps of one rank. Runs without known settings are left out. */
export function* trainedRuns({ runs, roles, settings }: StudyEvidence): Steps<readonly TrainedRank[]> {
  if (roles === undefined) return [];
  const ofSettings = TRAINED.get(settings) ?? new WeakMap<ComparisonRoles, readonly TrainedRank[]>();
  TRAINED.set(settings, ofSettings);
  const known = ofSettings.get(roles);
  if (known !== undefined) return known;
  const trained: TrainedRank[] = [];
  for (const rank of ranksOf(runs)) {
    const ofRank = [...runsAt(runs, roles.baseline, rank), ...runsAt(runs, roles.candidate, rank)];
    yield 2 * ofRank.length;
    trained.push({
      rank,
      runs: ofRank.flatMap(({ id }) => settings.get(id) ?? []),
      pairs: runPairsAt(runs, roles, rank).flatMap((pair): SettingsPair[] => {
        const baseline = settings.get(pair.baseline.id);
        const candidate = settings.get(pair.candidate.id);
        return baseline === undefined || candidate === undefined ? [] : [{ baseline, candidate }];
      }),
    });
  }
  ofSettings.set(roles, trained);
  return trained;
}

/** Returns how a rule judges the training of a study's runs. Undefined if it finds nothing. */
export function trainingFinding(trained: readonly TrainedRank[], rule: ConfoundRule): StudyFinding | undefined {
  const ofTrained = FOUND.get(trained) ?? new Map<ConfoundRule, { readonly finding: StudyFinding | undefined }>();
  FOUND.set(trained, ofTrained);
  const known = ofTrained.get(rule) ?? { finding: findingInRuns(trained, rule) ?? findingBetweenRuns(trained, rule) };
  ofTrained.set(rule, known);
  return known.finding;
}

function findingInRuns(trained: readonly TrainedRank[], rule: ConfoundRule): StudyFinding | undefined {
  const affected = trained.filter(({ runs, pairs }) => pairs.length > 0 && rule.inRuns?.(runs) !== undefined);
  const finding = rule.inRuns?.(affected.flatMap(({ runs }) => runs));
  return finding && { ...finding, ranks: affected.map(({ rank }) => rank) };
}

/** The pairs of runs of all ranks that differ by the same two values. */
interface EqualDifferences {
  readonly found: SettingDifference;
  readonly ranks: Set<number>;
  readonly pairs: SettingsPair[];
}

function findingBetweenRuns(trained: readonly TrainedRank[], rule: ConfoundRule): StudyFinding | undefined {
  const byValues = new Map<string, EqualDifferences>();
  for (const { rank, pairs } of trained) {
    for (const pair of pairs) {
      const found = rule.betweenRuns?.(pair.baseline, pair.candidate);
      if (found === undefined) continue;
      const known = byValues.get(found.values) ?? { found, ranks: new Set(), pairs: [] };
      byValues.set(found.values, known);
      known.ranks.add(rank);
      known.pairs.push(pair);
    }
  }
  const differences = [...byValues.values()];
  const [first] = differences;
  if (first === undefined) return undefined;
  const isDifferent = ({ rank }: TrainedRank) => differences.some(({ ranks }) => ranks.has(rank));
  const { severity, difference } = first.found;
  const texts = differences.map((one) => differenceText(one, trained));
  return {
    severity,
    message: `${difference}: ${formatList(texts, "; ")}.`,
    ranks: trained.filter(isDifferent).map(({ rank }) => rank),
  };
}

/** Returns the two values, and which pairs differ by them unless all pairs of these ranks do: `1000 and 500 in 1 of 3 pairs`. */
function differenceText({ found, ranks, pairs }: EqualDifferences, trained: readonly TrainedRank[]): string {
  const ofRanks = trained.filter(({ rank }) => ranks.has(rank));
  const total = ofRanks.reduce((sum, rank) => sum + rank.pairs.length, 0);
  if (pairs.length === total) {
    return total === ranks.size ? found.values : `${found.values} in all ${total} pairs of runs`;
  }
  const names = pairs.map(({ baseline, candidate }) => `${baseline.name} and ${candidate.name}`);
  return (
    `${found.values} in ${pairs.length} of ${countOf(total, "pair")} of runs at ${formatRanks([...ranks])} ` +
    `(${formatList(names, "; ")})`
  );
}
