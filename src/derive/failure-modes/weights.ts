import { formatPendingJobs } from "../wording/pending-jobs.js";
import { median } from "../statistics/quantile.js";
import { undecidableRanks } from "../similarity/noise-floor.js";
import type { Evidence, HypothesisRule, NamedLayer } from "../study-evidence.js";
import { comparedRuns, formatRanks, type FailureEvidence, type FailureMode, type RunSpectra } from "./failure-mode.js";

/** Ranks at which the updates are not the same although their runs started alike, and seeds would keep them so. */
export function weightDivergence(study: FailureEvidence, { similarityThreshold }: HypothesisRule): FailureMode[] {
  const undecidable = undecidableRanks(study.noiseFloors, similarityThreshold);
  const diverged = study.similarities.filter(
    ({ mean, sharedStart, rank }) =>
      mean !== null && mean <= similarityThreshold && sharedStart !== false && !undecidable.includes(rank),
  );
  if (diverged.length === 0) return [];
  const ranks = diverged.map(({ rank }) => rank);
  return [
    {
      kind: "WEIGHT_DIVERGENCE",
      symptom: `The mean cosine of the updates is ${similarityThreshold} or less at ${formatRanks(ranks)}`,
      cause: "The candidate's adapter also learns to make up for the quantized base weights",
      mitigation: "Do not swap the adapters between bases; compare behaviour on held-out data before relying on either",
      severity: "MEDIUM",
      evidence: diverged.map(({ rank, mean }) => ({
        label: `mean cosine at r = ${rank}`,
        value: mean,
        unit: "cosine",
      })),
      experiments: comparedRuns(study, ranks),
    },
  ];
}

export function independentInitialisation(study: FailureEvidence): FailureMode[] {
  const independent = study.similarities.filter(({ sharedStart }) => sharedStart === false);
  if (independent.length === 0) return [];
  const ranks = independent.map(({ rank }) => rank);
  return [
    {
      kind: "INDEPENDENT_INITIALISATION",
      symptom: `The runs at ${formatRanks(ranks)} started from different A`,
      cause: "They were not seeded alike before the adapter was made",
      mitigation:
        "Set the same seed right before get_peft_model in both runs, or leave these ranks out of weight comparisons",
      severity: "HIGH",
      evidence: independent.map(({ rank, initialCosine }) => ({
        label: `mean cosine of A at r = ${rank}`,
        value: initialCosine,
        unit: "cosine",
      })),
      experiments: comparedRuns(study, ranks),
    },
  ];
}

/** An update uses its rank where its effective rank is at least this share of it. */
const COLLAPSED_UTILISATION = 1 / 3;
/** Below this rank the effective rank, which is at least 1, cannot be far below. */
const LEAST_COLLAPSIBLE_RANK = 4;

/** Layers whose effective rank is far below r, by run. */
export function rankCollapse({ spectra }: FailureEvidence): FailureMode[] {
  const collapsed = layersOf(spectra, ({ spectrum: { utilisation, singularValues } }) => {
    if (utilisation === null || singularValues.length < LEAST_COLLAPSIBLE_RANK) return false;
    return utilisation < COLLAPSED_UTILISATION;
  });
  if (collapsed.length === 0) return [];
  return [
    {
      kind: "RANK_COLLAPSE",
      symptom: `The effective rank is below a third of r in ${counted(collapsed)}`,
      cause: "The task needs fewer directions than r, or a learning rate so high that one direction outgrew the others",
      mitigation: "Use a smaller rank for these layers (see rankAllocation), rsLoRA, or a lower learning rate",
      severity: "LOW",
      evidence: collapsed.flatMap(({ run, layers }): Evidence[] =>
        layers.map(({ layer, spectrum }) => ({
          label: `effective rank of ${layer.name} in ${run.name}, r = ${spectrum.singularValues.length}`,
          value: spectrum.effectiveRank,
          unit: "rank",
        })),
      ),
      experiments: collapsed.map(({ run }) => run),
    },
  ];
}

/** A layer is dead whose update is this small against the median of its run's layers of the same module. */
const DEAD_SHARE = 0.01;
/** Fewer layers have no median to stand out from. */
const LEAST_LAYERS = 3;

/** Layers that training left nearly where they were. */
export function deadLayers({ spectra }: FailureEvidence): FailureMode[] {
  const dead = spectra.flatMap(({ run, layers }) => {
    const known = layers.flatMap(({ layer, spectrum: { norm } }) => (norm === null ? [] : [{ layer, norm }]));
    const ordinary = ordinaryNorms(known);
    const found = known.filter(({ layer, norm }) => {
      const middle = ordinary.get(moduleOf(layer));
      return norm === 0 || (middle !== undefined && norm < DEAD_SHARE * middle);
    });
    return found.length === 0 ? [] : [{ run, layers: found }];
  });
  if (dead.length === 0) return [];
  return [
    {
      kind: "DEAD_LAYERS",
      symptom: `The update is zero, or below ${DEAD_SHARE} of the median of its peers, in ${counted(dead)}`,
      cause:
        "No gradient reached these layers (frozen, left out of the graph, checkpointed wrongly), or they were never trained",
      mitigation:
        "Check that lora_B of these layers requires and receives gradients; leave them out of target_modules otherwise",
      severity: "MEDIUM",
      evidence: dead.flatMap(({ run, layers }): Evidence[] =>
        layers.map(({ layer, norm }) => ({
          label: `norm of ${layer.name} in ${run.name}`,
          value: norm,
          unit: "Frobenius norm",
        })),
      ),
      experiments: dead.map(({ run }) => run),
    },
  ];
}

/** The median norm by module; of too few layers of a module that of all, and undefined of too few of all. */
function ordinaryNorms(known: readonly { readonly layer: NamedLayer; readonly norm: number }[]): Map<string, number> {
  const byModule = new Map<string, number[]>();
  for (const { layer, norm } of known) {
    const norms = byModule.get(moduleOf(layer)) ?? [];
    byModule.set(moduleOf(layer), norms);
    norms.push(norm);
  }
  const all = known.map(({ norm }) => norm);
  return new Map(
    [...byModule].flatMap(([module, norms]): [string, number][] => {
      const peers = norms.length >= LEAST_LAYERS ? norms : all;
      return peers.length >= LEAST_LAYERS ? [[module, median(peers)]] : [];
    }),
  );
}

/** Not a failure yet: what the weights would say is not known, and the list says so. */
export function pendingWeights(study: FailureEvidence): FailureMode[] {
  const ranks = study.similarities.filter(({ pendingJobs }) => pendingJobs.length > 0).map(({ rank }) => rank);
  const pending = [...study.similarities, ...study.spectra, ...study.noiseFloors.map(({ summary }) => summary)].filter(
    ({ pendingJobs }) => pendingJobs.length > 0,
  );
  if (pending.length === 0) return [];
  const waiting = study.spectra.filter(({ pendingJobs }) => pendingJobs.length > 0).map(({ run }) => run);
  return [
    {
      kind: "WEIGHTS_PENDING",
      symptom:
        ranks.length > 0
          ? `Whether the weights diverge at ${formatRanks(ranks)} is not known yet`
          : "Not all that the weights say is known yet",
      cause: `They are still being compared (${formatPendingJobs(pending)})`,
      mitigation: "Ask again when that has ended, or with a longer waitSeconds",
      severity: "LOW",
      evidence: [],
      experiments: [...new Set([...comparedRuns(study, ranks), ...waiting])],
    },
  ];
}

type SpectrumOfLayer = RunSpectra["layers"][number];

function layersOf(spectra: readonly RunSpectra[], holds: (layer: SpectrumOfLayer) => boolean) {
  return spectra
    .map(({ run, layers }) => ({ run, layers: layers.filter(holds) }))
    .filter(({ layers }) => layers.length > 0);
}

/** `3 layers of 4bit_r8, 1 layer of 4bit_r16` */
function counted(
  found: readonly { readonly run: { readonly name: string }; readonly layers: readonly unknown[] }[],
): string {
  return found
    .map(({ run, layers: { length } }) => `${length} ${length === 1 ? "layer" : "layers"} of ${run.name}`)
    .join(", ");
}

/** The path without numbers: layers of one module in all blocks. */
const moduleOf = ({ name }: NamedLayer) => name.replace(/\d+/g, "#");
