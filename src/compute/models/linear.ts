import type { LinearModule } from "../../model/model-tensors.js";
import type { GraphWriter } from "./graph-writer.js";

/** The part of adapters that a graph applies. */
export type AdapterForm = "lora" | "dora";

/** Names of an adapted module's inputs. */
export const adapterInputs = (module: string) => ({
  a: `${module}.A`,
  b: `${module}.B`,
  magnitude: `${module}.magnitude`,
});

/**
 * Adds a linear layer with its adapter: y = m (x W^T + (x A^T) B^T) + bias.
 *
 * Inputs of the graph, besides the weights: `A` [r, in] and `B` [out, r], which contains the scaling; with DoRA (Liu et al. 2024,
 * arXiv 2402.09353, equation 5) also `magnitude` [out], which is m / |W + B A| by row. r = 0, and a magnitude of ones, give the
 * layer without an adapter.
 *
 * @param x [tokens, in]
 * @returns [tokens, out]
 */
export function addLinear(writer: GraphWriter, x: string, module: LinearModule, form: AdapterForm): string {
  const { name, inFeatures, outFeatures, transposed, bias } = module;
  const inputs = adapterInputs(name);
  const transB = { attributes: { transB: 1 } };
  const weight = writer.weight(`${name}.weight`);
  // The bias is added after the magnitude is applied.
  const early = bias && form === "lora" ? [writer.weight(`${name}.bias`)] : [];
  const base = writer.add("Gemm", [x, weight, ...early], transposed ? {} : transB);
  const a = writer.floatInput(inputs.a, [`${name}.r`, inFeatures]);
  const b = writer.floatInput(inputs.b, [outFeatures, `${name}.r`]);
  const low = writer.add("Gemm", [x, a], transB);
  const adapted = writer.add("Gemm", [low, b, base], transB);
  if (form === "lora") return adapted;
  const scaled = writer.add("Mul", [adapted, writer.floatInput(inputs.magnitude, [outFeatures])]);
  return bias ? writer.add("Add", [scaled, writer.weight(`${name}.bias`)]) : scaled;
}
