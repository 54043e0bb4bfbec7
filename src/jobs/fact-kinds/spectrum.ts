import { KERNEL_VERSION, type SpectrumFacts } from "../../model/computed-facts.js";
import { updateKey, type WeightUpdate } from "../../model/weight-updates.js";
import { findSpectra, saveSpectra, spectrumKeys, type SpectrumKey } from "../../store/facts/spectra.js";
import { updateGroup, type FactKind } from "./fact-kind.js";

/** The singular values of one update. */
export const SPECTRUM: FactKind<WeightUpdate, SpectrumKey, SpectrumFacts> = {
  name: "SPECTRUM",
  usesGpu: false,
  updatesOf: (update) => [update],
  groupOf: updateGroup,
  scalingRatioOf: () => 1,
  keyOf: (update) => ({ hash: updateKey(update) }),
  keyOfItem: ({ left }) => ({ hash: left }),
  textOf: ({ hash }) => `spectrum ${KERNEL_VERSION} ${hash}`,
  find: (connection, keys) => findSpectra(connection, keys, KERNEL_VERSION),
  findKeys: (connection, keys) => spectrumKeys(connection, keys, KERNEL_VERSION),
  save: saveSpectra,
  factsFor: ({ hash: _hash, ...facts }) => facts,
  async compute(engine, layers) {
    const { spectrumFacts } = await import("../../compute/facts/spectrum-facts.js");
    return engine.describeUpdates(spectrumFacts, layers);
  },
  precomputedSubjects: ({ final }) => final.map((factors) => ({ factors })),
};
