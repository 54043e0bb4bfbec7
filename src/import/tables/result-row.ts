import type { Setting } from "../settings/setting.js";

/** One run of a results table. */
export interface ResultRow {
  /** The run's name in the table, or one made of quantization or method, rank and seed: `16bit_r8_s0`. */
  readonly experiment: string;
  readonly quantization: string | null;
  /** As the table spells it: `qlora`. */
  readonly method: string | null;
  readonly rank: number | null;
  readonly seed: number | null;
  /** Optimizer steps. */
  readonly steps: number | null;
  /** Training examples. */
  readonly numSamples: number | null;
  readonly modelName: string | null;
  /** Settings of further columns: `learning_rate`, `load_in_4bit`, and texts such as `task`. */
  readonly settings: readonly Setting[];
  /** Numbers by metric name, which ends with the unit. NaN and infinities are kept: they are the result of a diverged run. */
  readonly metrics: ReadonlyMap<string, number>;
}

/** The rows of a table. */
export interface ResultTable {
  readonly rows: readonly ResultRow[];
  /** Whether the rows have only a rank, so that each belongs to the run of its rank. */
  readonly byRank: boolean;
  /** Sides of a comparison whose figures the table has in columns of one row: `lora`, `qlora`. Each is a run of its own. */
  readonly sides: readonly string[];
  /** Names of rows that sum up others, which are left out. */
  readonly totals: readonly string[];
  /** Columns whose values were converted, or assumed to have a certain notation, in words. */
  readonly converted: readonly string[];
}
