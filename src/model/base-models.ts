import type { Architecture, ModelTensor } from "./language-model.js";

/** A file of a registered base model, in place. */
export interface BaseModelFile {
  /** Name in the model's folder. */
  readonly name: string;
  /** Absolute, with links resolved. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  /** State of the file when it was hashed. With another state it is hashed again before it is used. */
  readonly stamp: string;
}

/** A base model whose files were checked and hashed. */
export interface BaseModelRecord {
  /** The name that adapters give it: `org/name`, or its folder's name. */
  readonly name: string;
  /** The folder: absolute, with links resolved. */
  readonly folder: string;
  readonly architecture: Architecture;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly vocabularySize: number;
  /** Maximum length of a sequence, in tokens. */
  readonly positions: number;
  /** Number of stored weights that the model uses. Tied matrices count once. */
  readonly parameters: number;
  /** Dtypes of these weights, sorted. */
  readonly dtypes: readonly ModelTensor["dtype"][];
  /** Configuration, weights and tokenizer. */
  readonly files: readonly BaseModelFile[];
  /** SHA-256 of config.json. */
  readonly configHash: string;
  /** Whether the folder has a tokenizer.json. */
  readonly hasTokenizer: boolean;
  /** SHA-256 of the hashes of the files: equal for copies of one model. */
  readonly hash: string;
}
