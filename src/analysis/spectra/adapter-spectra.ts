import { spectrum, undefinedSpectrum, type Spectrum } from "../../derive/spectra/spectrum.js";
import type { Layer } from "../../store/studies/layers.js";
import { checkpointLayers, type CheckpointReads, type RunCheckpoint } from "../runs/checkpoint-layers.js";
import type { ComparisonAsked } from "../similarity/compare-updates.js";
import { provenanceOf, type Provenance } from "../request/provenance.js";
import { unanswered } from "../request/absent-facts.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";

/** One layer of one checkpoint, looked into. */
export interface AdapterLayer extends Spectrum {
  readonly layer: Layer;
  readonly rank: number | null;
  readonly scaling: number | null;
  readonly undefinedDetail: string | null;
  readonly pendingJob: string | null;
  readonly computed: Provenance | null;
}

/** The spectra of all layers that a checkpoint adapts; of a run without weights, its study's layers with the reason. */
export async function spectraOf(
  weights: WeightFactsLoader,
  reads: CheckpointReads,
  run: RunCheckpoint,
  { scaling, waitMilliseconds }: ComparisonAsked,
): Promise<AdapterLayer[]> {
  const nothing = { undefinedDetail: null, pendingJob: null, computed: null };
  if (run.checkpoint === undefined) {
    const layers = await reads.layers.load(run.experiment.studyId);
    const missing = { ...undefinedSpectrum("WEIGHTS_MISSING"), rank: null, scaling: null, ...nothing };
    return layers.map((layer) => ({ layer, ...missing }));
  }
  const adapted = await checkpointLayers(reads, run);
  const results = await weights.load(
    "SPECTRUM",
    adapted.map(({ factors }) => ({ factors })),
    waitMilliseconds,
  );
  return adapted.map(({ layer, factors }, i) => {
    const result = results[i];
    if (result === undefined) throw new Error(`the spectrum of ${layer.name} was asked about and not answered`);
    const adapter = { layer, rank: factors.rank, scaling: factors.scaling };
    if (!("facts" in result)) {
      const { undefinedReason, detail, pendingJob } = unanswered(result);
      return { ...adapter, ...undefinedSpectrum(undefinedReason), ...nothing, undefinedDetail: detail, pendingJob };
    }
    const found = spectrum(result.facts, scaling === "NONE" ? 1 : factors.scaling);
    return { ...adapter, ...found, ...nothing, computed: provenanceOf([result]) };
  });
}
