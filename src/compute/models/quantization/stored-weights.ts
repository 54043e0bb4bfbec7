import type { ModelConfig, ModelFiles } from "../../../model/language-model.js";
import { allLinearModules, type LinearModule } from "../../../model/model-tensors.js";
import { graphWriter } from "../graph-writer.js";
import { sessionOpener, type SessionOpener } from "../model-sessions.js";

/** The weight of a linear layer. */
export interface LinearWeight {
  readonly module: LinearModule;
  /** Name of the tensor. */
  readonly tensor: string;
  /** [out, in] in float32, row-major. */
  readonly values: Float32Array;
}

interface StoredWeights {
  readonly config: ModelConfig;
  readonly files: ModelFiles;
  /** Paths of the modules that are read; all linear layers by default. */
  readonly modules?: ReadonlySet<string> | undefined;
  /** Heeded between two weights. */
  readonly signal?: AbortSignal | undefined;
}

/** Yields the weights of the linear layers in the order in which they run, one at a time, as [out, in] whatever the file has. */
export async function* storedWeights({ config, files, modules, signal }: StoredWeights): AsyncGenerator<LinearWeight> {
  const open = sessionOpener({ files, provider: "cpu", threads: 1 });
  for (const module of allLinearModules(config)) {
    if (modules !== undefined && !modules.has(module.name)) continue;
    signal?.throwIfAborted();
    const tensor = `${module.name}.weight`;
    const stored = await readWeight(tensor, files, open);
    const { transposed, inFeatures, outFeatures } = module;
    yield { module, tensor, values: transposed ? transpose(stored, inFeatures, outFeatures) : stored };
  }
}

/** Returns [out, in] values in the shape that the file has: GPT-2's Conv1D stores [in, out]. */
export function inFileShape({ transposed, inFeatures, outFeatures }: LinearModule, values: Float32Array): Float32Array {
  return transposed ? transpose(values, outFeatures, inFeatures) : values;
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
