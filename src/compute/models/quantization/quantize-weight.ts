import type { WeightQuantization } from "../../../model/weight-quantization.js";
import { dequantizeScales, quantizeScales } from "./double-quantization.js";
import { dequantizeFourBit, quantizeFourBit } from "./four-bit.js";
import { dequantizeInt8, quantizeInt8, roundGroups } from "./integers.js";
import { roundTo, type StoredType } from "./round-to.js";

/**
 * Quantizes a weight and returns the values that a model computes with, [out, in] in float32.
 *
 * @param values [out, in], row-major; the weight of GPT-2's Conv1D is transposed first
 * @param type the precision that the base model is loaded in: 4-bit weights are dequantized to it
 */
export function quantizedValues(
  values: Float32Array,
  inFeatures: number,
  quantization: WeightQuantization,
  type: StoredType,
): Float32Array {
  switch (quantization.scheme) {
    case "nf4":
    case "fp4": {
      const { scheme, doubleQuantization } = quantization;
      const weight = quantizeFourBit(values, scheme);
      const absmax = doubleQuantization ? dequantizeScales(quantizeScales(weight.absmax)) : weight.absmax;
      return roundTo(dequantizeFourBit({ ...weight, absmax }, scheme, values.length), type);
    }
    case "int8":
      return dequantizeInt8(quantizeInt8(values, inFeatures));
    case "rtn":
      return roundGroups(values, inFeatures, quantization);
  }
}
