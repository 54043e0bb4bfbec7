import type { SpectrumFacts } from "../../model/computed-facts.js";
import type { Factors } from "../engine-types.js";
import type { Sessions } from "../onnx/sessions.js";
import { stackFactors } from "../onnx/stack-factors.js";
import { decomposeUpdates } from "./decompose-updates.js";
import { factorGrams } from "./factor-grams.js";
import { FLOAT64_CPU, type UpdateSvd } from "./update-svd.js";

/** Computes the singular values of updates of one shape, each from its own r x r Gram matrices. */
export async function spectrumFacts(updates: readonly Factors[], cpu: Sessions): Promise<SpectrumFacts[]> {
  const layers = updates.map((update) => [update]);
  const stack = stackFactors(layers, "float64");
  const decomposed = await decomposeUpdates(cpu, layers, stack, await factorGrams(cpu, stack));
  return updates.map((_, i) => factsOf(decomposed[i]?.[0]));
}

function factsOf(svd: UpdateSvd | undefined): SpectrumFacts {
  const squaredNorm = svd?.values.reduce((sum, value) => sum + value ** 2, 0) ?? NaN;
  if (svd === undefined || !Number.isFinite(squaredNorm)) {
    return { singularValues: [], squaredNorm: null, ...FLOAT64_CPU };
  }
  return { singularValues: svd.values, squaredNorm, ...FLOAT64_CPU };
}
