import type { ModelConfig, ModelFiles } from "../../../model/language-model.js";
import { allLinearModules } from "../../../model/model-tensors.js";
import type { WeightQuantization } from "../../../model/weight-quantization.js";
import { graphWriter } from "../graph-writer.js";
import { sessionOpener, type SessionOpener } from "../model-sessions.js";
import { quantizedValues } from "./quantize-weight.js";
import type { StoredType } from "./round-to.js";

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
  const open = sessionOpener(files, "cpu", 1);
  for (const { name, inFeatures, outFeatures, transposed } of allLinearModules(config)) {
    signal?.throwIfAborted();
    const tensor = `${name}.weight`;
    const stored = await readWeight(tensor, files, open);
    // bitsandbytes' layers hold [out, in]; the blocks of a transposed weight would be others.
    const weight = transposed ? transpose(stored, inFeatures, outFeatures) : stored;
    const values = quantizedValues(weight, inFeatures, quantization, type ?? files.tensors.get(tensor)?.dtype ?? "F32");
    yield [tensor, transposed ? transpose(values, outFeatures, inFeatures) : values];
  }
}

/** Reads a tensor in float32, with the conversion that the model's graph uses. */
async function readWeight(name: string, files: ModelFiles, open: SessionOpener): Promise<Float32Array> {
  const writer = graphWriter(files, new Set());
  writer.output(writer.weight(name), "values", files.tensors.get(name)?.shape ?? []);
  const session = await open(writer.graph("weight"));
  try {
    return (await session.run({}))["values"]?.data as Float32Array;
  } finally {
    await session.release();
  }
}

/** Transposes a row-major matrix of `rows` rows. */
function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column] ?? 0;
    }
  }
  return result;
}
