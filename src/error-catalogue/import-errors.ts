import type { Entry } from "./entry.js";

/** Errors of the folders and files that imports read. */
export const IMPORT_ERRORS = {
  // files
  FOLDER_NOT_FOUND: { kind: "permanent", what: "The folder does not exist", fix: "Check the path." },
  HUB_ADDRESS_INVALID: {
    kind: "permanent",
    what: "The address of the hub is invalid",
    fix: "Name a model repository: hf://org/name, or hf://org/name@revision.",
  },
  HUB_REPOSITORY_MISSING: {
    kind: "permanent",
    what: "The repository or revision is not in the hub's cache on this machine",
    fix: "Download it, and import it again.",
  },
  FOLDER_NOT_ALLOWED: {
    kind: "permanent",
    what: "The folder is outside the import roots",
    fix: "Move it under one of them, or add its parent to RANKSCOPE_IMPORT_ROOTS.",
  },
  FOLDER_EMPTY: {
    kind: "permanent",
    what: "The folder contains nothing to import",
    fix: "Import the folder that contains the runs: PEFT adapters, trainer_state.json or result tables.",
  },
  NO_RUNS: {
    kind: "permanent",
    what: "No run could be assembled from the files found; nothing was stored",
    fix: "Import a folder with adapters, training logs or a table of results. If a problem is named, fix it first.",
  },
  IMPORT_TOO_LARGE: {
    kind: "permanent",
    what: "The import needs more memory than it may use; nothing was stored",
    fix: "Remove the file from the folder or split the study, or raise RANKSCOPE_IMPORT_MEGABYTES.",
  },
  IMPORT_TOO_SLOW: {
    kind: "permanent",
    what: "The import made no progress for too long; nothing was stored",
    fix: "Check the file and the disk that it is on, or raise RANKSCOPE_IMPORT_STALL_SECONDS.",
  },
  TOO_MANY_FILES: {
    kind: "permanent",
    what: "The folder contains more files than a study may have",
    fix: "Import the study's own folder instead of a parent of several studies.",
  },
  FILE_UNREADABLE: {
    kind: "permanent",
    what: "The file cannot be read",
    fix: "Check that the file exists, and its permissions.",
  },
  FILE_CHANGED: {
    kind: "permanent",
    what: "The file changed during the import",
    fix: "Import the folder again when nothing writes to it.",
  },
  FILE_TOO_LARGE: {
    kind: "permanent",
    what: "The file is larger than allowed",
    fix: "Check that the file is what its name suggests.",
  },
  // formats
  SAFETENSORS_INVALID: {
    kind: "permanent",
    what: "The safetensors file is invalid",
    fix: "Copy or save the adapter again: the file is probably truncated or damaged.",
  },
  TORCH_FILE_INVALID: {
    kind: "permanent",
    what: "The PyTorch weight file is invalid",
    fix: "Copy or save the adapter again: the file is probably truncated or damaged.",
  },
  TORCH_FILE_NOT_ALLOWED: {
    kind: "permanent",
    what: "The PyTorch weight file contains something other than tensors; nothing in it was executed",
    fix: "Trust the file only if you know its author. Save the adapter as safetensors instead.",
  },
  TORCH_FILE_UNSUPPORTED: {
    kind: "permanent",
    what: "This form of PyTorch weight file is not supported",
    fix: "Load the adapter with PEFT and save it again with save_pretrained, which writes safetensors.",
  },
  WEIGHT_INDEX_INVALID: {
    kind: "permanent",
    what: "The index of sharded weights does not match its shards",
    fix: "Copy the index and all shards again from the same save.",
  },
  ADAPTER_CONFIG_INVALID: {
    kind: "permanent",
    what: "adapter_config.json is not a valid PEFT configuration",
    fix: "Save the adapter again with PEFT's save_pretrained.",
  },
  ADAPTER_TYPE_UNSUPPORTED: {
    kind: "permanent",
    what: "This kind of PEFT adapter is not supported",
    fix: "Only LoRA adapters with the update scaling * B * A are supported. The rest of the folder is imported.",
  },
  ADAPTER_TENSORS_INVALID: {
    kind: "permanent",
    what: "The adapter's tensors do not match its configuration",
    fix: "Check that adapter_config.json and the weight file come from the same run.",
  },
  RANK_CONTRADICTS_CONFIG: {
    kind: "permanent",
    what: "The rank of the adapter's tensors differs from its configuration",
    fix: "Check that adapter_config.json and the weight file come from the same run. This adapter was not imported.",
  },
  TRAINER_STATE_INVALID: {
    kind: "permanent",
    what: "trainer_state.json is not in the format of the Hugging Face Trainer",
    fix: "Copy the file again from the run's checkpoint folder.",
  },
  EVENT_FILE_INVALID: {
    kind: "permanent",
    what: "The TensorBoard event file cannot be read",
    fix: "Copy the file again from the run's log folder. The rest of the folder is imported.",
  },
  SETTINGS_FILE_INVALID: {
    kind: "permanent",
    what: "The file of settings cannot be read",
    fix: "Write it again, or delete it: the runs are imported without it.",
  },
  RUN_LOG_INVALID: {
    kind: "permanent",
    what: "The record of a run cannot be read",
    fix: "Copy the file again from the tool that wrote it. The rest of the folder is imported.",
  },
  EVALUATION_INVALID: {
    kind: "permanent",
    what: "The evaluation's results cannot be read",
    fix: "Copy the file again from the evaluation's output folder. The rest of the folder is imported.",
  },
  PREDICTIONS_INVALID: {
    kind: "permanent",
    what: "The file of predictions cannot be read",
    fix: "Write one JSON object per line, each with another id. The rest of the folder is imported.",
  },
  DATABASE_INVALID: {
    kind: "permanent",
    what: "The SQLite database cannot be read",
    fix: "Copy the database when no program writes to it, or export its runs as CSV. The rest of the folder is imported.",
  },
  TABLE_INVALID: {
    kind: "permanent",
    what: "The table cannot be read",
    fix: "Export it again with one header row and one row per run.",
  },
  PICKLE_INVALID: {
    kind: "permanent",
    what: "The pickle cannot be read",
    fix: "Export the table as CSV or JSON instead.",
  },
  PICKLE_NOT_ALLOWED: {
    kind: "permanent",
    what: "The pickle contains something other than plain values and NumPy scalars; nothing in it was executed",
    fix: "Export the table as CSV or JSON instead.",
  },
} as const satisfies Record<string, Entry>;
