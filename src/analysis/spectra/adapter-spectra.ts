import { spectrum, undefinedSpectrum, type Spectrum } from "../../derive/spectra/spectrum.js";
import type { SpectrumFacts } from "../../model/computed-facts.js";
import type { FactResult } from "../../model/weight-facts.js";
import type { Layer } from "../../store/studies/layers.js";
import { absentFacts } from "../request/absent-facts.js";
import { provenanceOf, type Provenance } from "../request/provenance.js";
import type { WeightFactsLoader } from "../request/weight-facts-loader.js";
import { checkpointLayers, type AdaptedLayer, type CheckpointLoaders } from "../runs/checkpoint-layers.js";
import type { RunCheckpoint } from "../runs/run-checkpoint.js";
import type { ComparisonOptions } from "../similarity/compare-updates.js";

/** The spectrum of one layer of a checkpoint. */
export interface AdapterLayer extends Spectrum {
  readonly layer: Layer;
  readonly rank: number | null;
  readonly scaling: number | null;
  readonly undefinedDetail: string | null;
  readonly pendingJob: string | null;
  readonly computed: Provenance | null;
}

const NO_RESULT = { undefinedDetail: null, pendingJob: null, computed: null };

/**
 * Loads the spectra of all layers that a checkpoint adapts. For a run without weights, returns its study's layers with the
 * reason.
 */
export async function adapterSpectra(
  weights: WeightFactsLoader,
  loaders: CheckpointLoaders,
  run: RunCheckpoint,
  { scaling, waitMilliseconds }: ComparisonOptions,
): Promise<AdapterLayer[]> {
  if (run.checkpoint === undefined) {
    const layers = await loaders.layers.load(run.experiment.studyId);
    const missing = { ...undefinedSpectrum("WEIGHTS_MISSING"), ...NO_RESULT, rank: null, scaling: null };
    return layers.map((layer) => ({ layer, ...missing }));
  }
  const adapted = await checkpointLayers(loaders, run);
  const updates = adapted.map(({ factors }) => ({ factors }));
  const results = await weights.load("SPECTRUM", updates, waitMilliseconds);
  return adapted.map((layer, i) => {
    const result = results[i];
    if (result === undefined) throw new Error(`The loader returned no spectrum of ${layer.layer.name}.`);
    return layerSpectrum(layer, result, scaling === "NONE" ? 1 : layer.factors.scaling);
  });
}

function layerSpectrum(
  { layer, factors }: AdaptedLayer,
  result: FactResult<SpectrumFacts>,
  scaling: number,
): AdapterLayer {
  const adapter = { ...NO_RESULT, layer, rank: factors.rank, scaling: factors.scaling };
  if ("facts" in result) {
    return { ...adapter, ...spectrum(result.facts, scaling), computed: provenanceOf(result) };
  }
  const { undefinedReason, detail, pendingJob } = absentFacts(result);
  return { ...adapter, ...undefinedSpectrum(undefinedReason), undefinedDetail: detail, pendingJob };
}
