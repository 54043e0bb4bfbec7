import type { ModelFiles } from "../../model/language-model.js";
import type { ModelPrecision } from "./graph-writer.js";
import type { AdapterForm } from "./linear.js";

/** The part of a model that a graph runs. It reads `states` [batch * sequence, hidden size] unless it begins with the embeddings. */
export interface ModelPart {
  readonly embeds: boolean;
  /** Indices of the layers, in order. */
  readonly layers: readonly number[];
  /** Whether the last norm follows. */
  readonly norms: boolean;
}

export interface PartOptions {
  readonly files: ModelFiles;
  readonly form: AdapterForm;
  /** Names of the tensors that are inputs of the graph, in float32. */
  readonly inputTensors: ReadonlySet<string>;
  readonly precision: ModelPrecision;
  readonly part: ModelPart;
}

/** Returns the part that is the whole model up to its last norm. */
export function wholeModel(layers: number): ModelPart {
  return { embeds: true, layers: Array.from({ length: layers }, (_, layer) => layer), norms: true };
}
