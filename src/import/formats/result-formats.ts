import { ADAPTER_CONFIG } from "./adapter-config.js";
import { ADAPTER_SHARD, ADAPTER_WEIGHTS } from "./adapter-weights.js";
import { CSV_TABLE, TSV_TABLE } from "./csv-table.js";
import type { RunEvidence, TableEvidence } from "./evidence.js";
import { JSON_TABLE } from "./json-table.js";
import { PICKLE_TABLE, PKL_TABLE } from "./pickle-table.js";
import type { ResultFormat } from "./result-format.js";
import { TRAINER_STATE } from "./trainer-state.js";

/** Formats whose files describe the run in whose folder they lie. The files of one folder are read in this order. */
export const RUN_FORMATS: readonly ResultFormat<RunEvidence>[] = [
  ADAPTER_CONFIG,
  TRAINER_STATE,
  ADAPTER_WEIGHTS,
  ADAPTER_SHARD,
];

/**
 * Formats whose files name the runs that they describe. If two files contradict each other beyond rounding, the format that
 * comes first wins, because it loses fewer digits when it is written.
 */
export const TABLE_FORMATS: readonly ResultFormat<TableEvidence>[] = [
  PKL_TABLE,
  PICKLE_TABLE,
  JSON_TABLE,
  CSV_TABLE,
  TSV_TABLE,
];
