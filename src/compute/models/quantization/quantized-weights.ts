import type { ModelConfig, ModelFiles } from "../../../model/language-model.js";
import type { WeightQuantization } from "../../../model/weight-quantization.js";
import { quantizedValues } from "./quantize-weight.js";
import type { StoredType } from "./round-to.js";
import { inFileShape, storedWeights } from "./stored-weights.js";

interface QuantizedWeights {
  readonly config: ModelConfig;
  readonly files: ModelFiles;
  readonly quantization: WeightQuantization;
  /** The precision that the base model is loaded in; that of its file by default. */
  readonly type?: StoredType;
  /** Heeded between two weights. */
  readonly signal?: AbortSignal;
}

/**
 * Yields the dequantized weights of a quantized base model, one linear layer at a time: the tensor's name and its values in float32,
 * in the shape that the file has. As in bitsandbytes, embeddings, norms, biases and the output matrix are not quantized.
 */
export async function* quantizedWeights(options: QuantizedWeights): AsyncGenerator<readonly [string, Float32Array]> {
  const { config, files, quantization, type, signal } = options;
  // bitsandbytes' layers hold [out, in]; the blocks of a transposed weight would be others.
  for await (const { module, tensor, values } of storedWeights({ config, files, signal })) {
    const stored = type ?? files.tensors.get(tensor)?.dtype ?? "F32";
    yield [tensor, inFileShape(module, quantizedValues(values, module.inFeatures, quantization, stored))];
  }
}
