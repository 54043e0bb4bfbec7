import type { Confound, ConfoundKind, Severity } from "./confound.js";
import { changesBase } from "../base-initialisation.js";
import { formatPendingJobs } from "../wording/pending-jobs.js";
import { defaultScaling, type AdapterSettings, type RunSettings } from "../runs/run-settings.js";
import type { SimilaritySummary } from "../similarity/similarity-summary.js";

/** What makes the comparison of two runs unfair, or leaves part of it out; what only one side tells is no finding. */
export function pairConfounds(baseline: RunSettings, candidate: RunSettings, summary: SimilaritySummary): Confound[] {
  const ranks = [...new Set([baseline.rank, candidate.rank])].sort((left, right) => left - right);
  return [...weights(summary), ...settingsFindings(baseline, candidate)].map((finding) => ({ ...finding, ranks }));
}

/** A confound of two runs, whatever their ranks. */
export type Finding = Omit<Confound, "ranks">;

/** What makes the comparison unfair by how the two runs were trained, weights apart. */
export function settingsFindings(baseline: RunSettings, candidate: RunSettings): Finding[] {
  return [...training(baseline, candidate), ...adapters(baseline, candidate)];
}

function weights(summary: SimilaritySummary): Finding[] {
  const { sharedStart, initialCosine, comparedLayers, leftOutLayers, pendingJobs } = summary;
  const findings: Finding[] = [];
  if (pendingJobs.length > 0) {
    const message = `The weights are still being compared (${formatPendingJobs([{ pendingJobs }])}).`;
    findings.push({ kind: "WEIGHTS_PENDING", severity: "LOW", message });
  } else if (comparedLayers === 0) {
    const message =
      "No layer could be compared: see the layers' reasons; without any, the weights of a run are missing.";
    findings.push({ kind: "WEIGHTS_MISSING", severity: "MEDIUM", message });
  }
  if (leftOutLayers > 0 && comparedLayers > 0) {
    const message = `${leftOutLayers} layers could not be compared and are left out of the means: see their reasons.`;
    findings.push({ kind: "LAYERS_LEFT_OUT", severity: "MEDIUM", message });
  }
  if (sharedStart === false) {
    findings.push({
      kind: "INDEPENDENT_INITIALISATION",
      severity: "HIGH",
      message:
        `The runs started from different A (mean cosine of A ${initialCosine?.toFixed(2)}): ` +
        "their updates differ for that reason alone.",
    });
  }
  return findings;
}

function training(baseline: RunSettings, candidate: RunSettings): Finding[] {
  return [
    ...unequal("DIFFERENT_BASE_MODEL", "HIGH", "The base models differ", baseline.baseModel, candidate.baseModel),
    ...unequal(
      "DIFFERENT_REVISION",
      "MEDIUM",
      "The base model's revisions differ",
      baseline.adapter?.revision,
      candidate.adapter?.revision,
    ),
    ...unequal(
      "UNEQUAL_STEPS",
      "HIGH",
      "The runs were trained for different numbers of steps",
      baseline.steps,
      candidate.steps,
    ),
    ...unequal(
      "UNEQUAL_SAMPLES",
      "HIGH",
      "The runs were trained on different numbers of examples",
      baseline.numSamples,
      candidate.numSamples,
    ),
    ...unequal(
      "UNEQUAL_LEARNING_RATE",
      "MEDIUM",
      "The greatest logged learning rates differ",
      baseline.peakLearningRate,
      candidate.peakLearningRate,
    ),
  ];
}

function adapters(baseline: RunSettings, candidate: RunSettings): Finding[] {
  const [left, right] = [baseline.adapter, candidate.adapter];
  const findings = [
    ...unequal("UNEQUAL_RANKS", "MEDIUM", "The ranks differ", baseline.rank, candidate.rank),
    ...unequal(
      "UNEQUAL_SCALING",
      "MEDIUM",
      "The scalings differ, and with them the size of a step",
      left && scalings(left),
      right && scalings(right),
    ),
    ...unequal(
      "DIFFERENT_TARGETS",
      "MEDIUM",
      "The adapted modules differ, so that the same layer had other help",
      left && [...left.targetModules].sort().join(" "),
      right && [...right.targetModules].sort().join(" "),
    ),
  ];
  const dora = [baseline, candidate].filter(({ adapter }) => adapter?.useDora).map(({ name }) => name);
  if (dora.length > 0) {
    findings.push({
      kind: "DORA_DIRECTION_ONLY",
      severity: "MEDIUM",
      message: `DoRA (${distinct(dora)}): only the directional part B A is compared; magnitudes need the base weights.`,
    });
  }
  const changed = [baseline, candidate].filter(({ adapter }) => changesBase(adapter?.initLoraWeights));
  if (changed.length > 0) {
    const how = changed.map(({ name, adapter }) => `${name}: ${adapter?.initLoraWeights}`).join(", ");
    findings.push({
      kind: "BASE_WEIGHTS_CHANGED",
      severity: "HIGH",
      message:
        `Training began from a B A that was taken out of the base weights (${how}): B A is not what training changed, ` +
        "and two such runs are alike in what they began from.",
    });
  }
  const kept = [baseline, candidate].flatMap(({ name, uncompared }) => {
    const tensors = uncompared.filter(({ kind }) => kind !== "DORA_MAGNITUDE");
    const kinds = distinct(tensors.map(({ kind }) => kind));
    return tensors.length === 0 ? [] : [`${tensors.length} of ${name} (${kinds})`];
  });
  if (kept.length > 0) {
    findings.push({
      kind: "UNCOMPARED_TENSORS",
      severity: "MEDIUM",
      message: `Trained tensors that are no low-rank updates are left out: ${kept.join(", ")}.`,
    });
  }
  return findings;
}

/** The scaling, with the patterns that change it by module. */
function scalings(adapter: AdapterSettings): string {
  // Settings that were stored by other means than an import may lack them.
  const both: Record<string, object | undefined> = { rank: adapter.rankPattern, alpha: adapter.alphaPattern };
  const patterns = Object.entries(both)
    .filter(([, pattern]) => Object.keys(pattern ?? {}).length > 0)
    .map(([name, pattern]) => ` with the ${name} pattern ${JSON.stringify(pattern)}`);
  return `${defaultScaling(adapter)}${patterns.join("")}`;
}

function unequal(
  kind: ConfoundKind,
  severity: Severity,
  what: string,
  baseline: string | number | null | undefined,
  candidate: string | number | null | undefined,
): Finding[] {
  if (baseline == null || candidate == null || baseline === candidate) return [];
  return [{ kind, severity, message: `${what}: ${baseline} and ${candidate}.` }];
}

const distinct = (names: readonly string[]) => [...new Set(names)].join(", ");
