/** Where one tensor lies in a weight file. */
export interface TensorEntry {
  readonly name: string;
  /** As safetensors spells it: `F32`, `BF16`, ... */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}
