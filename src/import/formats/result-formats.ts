import { ADAPTER_CONFIG } from "./adapter-config.js";
import { ADAPTER_SHARD, ADAPTER_WEIGHTS } from "./adapter-weights.js";
import { CSV_TABLE, TSV_TABLE } from "./csv-table.js";
import type { RunEvidence, TableEvidence } from "./evidence.js";
import { HYDRA_COMPANION, HYDRA_CONFIG } from "./hydra-config.js";
import { JSON_TABLE } from "./json-table.js";
import { JSONL_TABLE } from "./jsonl-table.js";
import { KL_DIVERGENCE } from "./kl-divergence.js";
import { MARKDOWN_TABLE } from "./markdown-table.js";
import { MODEL_CARD } from "./model-card.js";
import { MODEL_CONFIG } from "./model-config.js";
import { GENERATED_PREDICTIONS, LM_EVAL_SAMPLES, OWN_PREDICTIONS } from "./predictions.js";
import { PICKLE_TABLE, PKL_TABLE } from "./pickle-table.js";
import { TENSORBOARD_EVENTS } from "./tensorboard-events.js";
import { MLFLOW_RUN, TRACKING_COMPANION, TRACKING_DATABASE, WANDB_CONFIG, WANDB_FILE } from "./tracking-stores.js";
import { TEXT_LOG, TRAINER_LOG } from "./training-logs.js";
import { RUN_RECORD } from "./run-record.js";
import { RUN_SETTINGS } from "./run-settings.js";
import { RANKSCOPE_YAML } from "./rankscope-yaml.js";
import type { ResultFormat } from "./result-format.js";
import { LORA_FILE } from "./lora-file.js";
import { TORCHTUNE_CONFIG } from "./torchtune-config.js";
import { TRAINING_ARGUMENTS } from "./training-arguments.js";
import { TRAINING_YAML } from "./training-yaml.js";
import { TRAINER_RESULTS } from "./trainer-results.js";
import { TRAINER_STATE } from "./trainer-state.js";

/**
 * Formats whose files describe the run in or near whose folder they lie. The first format that recognises a file reads it, and the
 * files of one folder are read in this order.
 */
export const RUN_FORMATS: readonly ResultFormat<RunEvidence>[] = [
  ADAPTER_CONFIG,
  TRAINER_STATE,
  ADAPTER_WEIGHTS,
  ADAPTER_SHARD,
  TRAINER_RESULTS,
  MODEL_CONFIG,
  RUN_SETTINGS,
  MODEL_CARD,
  TRAINING_ARGUMENTS,
  HYDRA_CONFIG,
  HYDRA_COMPANION,
  TRAINER_LOG,
  TENSORBOARD_EVENTS,
  TEXT_LOG,
  TORCHTUNE_CONFIG,
  LORA_FILE,
  RUN_RECORD,
  // Recognises every YAML file. Formats of certain YAML files come before it.
  TRAINING_YAML,
];

/**
 * Formats whose files name the runs that they describe. If two files contradict each other beyond rounding, the format that
 * comes first wins, because it loses fewer digits when it is written.
 */
export const TABLE_FORMATS: readonly ResultFormat<TableEvidence>[] = [
  RANKSCOPE_YAML,
  WANDB_FILE,
  WANDB_CONFIG,
  MLFLOW_RUN,
  TRACKING_DATABASE,
  TRACKING_COMPANION,
  KL_DIVERGENCE,
  LM_EVAL_SAMPLES,
  GENERATED_PREDICTIONS,
  OWN_PREDICTIONS,
  PKL_TABLE,
  PICKLE_TABLE,
  JSON_TABLE,
  CSV_TABLE,
  TSV_TABLE,
  // Recognises every file of JSON Lines.
  JSONL_TABLE,
  MARKDOWN_TABLE,
];
