import type { Entry } from "./entry.js";

/** Of what imports read. */
export const READING = {
  // files
  FOLDER_NOT_FOUND: { kind: "permanent", what: "The folder does not exist", todo: "Check the path." },
  FOLDER_NOT_ALLOWED: {
    kind: "permanent",
    what: "The folder is outside the import roots",
    todo: "Move it under one of them, or add its parent to RANKSCOPE_IMPORT_ROOTS.",
  },
  FOLDER_EMPTY: {
    kind: "permanent",
    what: "Nothing to import was found",
    todo: "Point at the folder that holds the runs: PEFT adapters, trainer_state.json or result tables.",
  },
  NO_RUNS: {
    kind: "permanent",
    what: "Files were found, but no run could be made of them; nothing was stored",
    todo: "Mend the first problem and import again.",
  },
  TOO_MANY_FILES: {
    kind: "permanent",
    what: "The folder holds more files than one study may",
    todo: "Point at the study's own folder instead of a parent of many.",
  },
  FILE_UNREADABLE: {
    kind: "permanent",
    what: "The file cannot be read",
    todo: "Check that it exists and its permissions.",
  },
  FILE_CHANGED: {
    kind: "permanent",
    what: "The file changed while it was imported",
    todo: "Import the folder again when nothing writes to it any more.",
  },
  FILE_TOO_LARGE: {
    kind: "permanent",
    what: "The file is larger than allowed",
    todo: "Check that it is what its name says.",
  },
  // formats
  SAFETENSORS_INVALID: {
    kind: "permanent",
    what: "The safetensors file is not valid",
    todo: "Copy or save the adapter again; the file is likely truncated or damaged.",
  },
  TORCH_FILE_INVALID: {
    kind: "permanent",
    what: "The PyTorch weight file is not valid",
    todo: "Copy or save the adapter again; the file is likely truncated or damaged.",
  },
  TORCH_FILE_NOT_ALLOWED: {
    kind: "permanent",
    what: "The PyTorch weight file holds something other than tensors; nothing in it was run",
    todo: "Trust the file only if you know who made it; save the adapter as safetensors instead.",
  },
  TORCH_FILE_UNSUPPORTED: {
    kind: "permanent",
    what: "This form of PyTorch weight file is not read",
    todo: "Load the adapter with PEFT and save it again with save_pretrained, which writes safetensors.",
  },
  WEIGHT_INDEX_INVALID: {
    kind: "permanent",
    what: "The index of a sharded adapter does not fit its shards",
    todo: "Copy the index and all shards again from one save.",
  },
  ADAPTER_CONFIG_INVALID: {
    kind: "permanent",
    what: "adapter_config.json is not a valid PEFT configuration",
    todo: "Save the adapter again with PEFT's save_pretrained.",
  },
  ADAPTER_TYPE_UNSUPPORTED: {
    kind: "permanent",
    what: "This kind of PEFT adapter is not supported",
    todo: "Import LoRA adapters whose update is scaling * B * A; the rest of the folder is imported without this one.",
  },
  ADAPTER_TENSORS_INVALID: {
    kind: "permanent",
    what: "The adapter's tensors do not fit its configuration",
    todo: "Check that adapter_config.json and the weight file come from the same run.",
  },
  RANK_CONTRADICTS_CONFIG: {
    kind: "permanent",
    what: "The rank of the adapter's tensors is not the one its configuration gives",
    todo: "Check that adapter_config.json and the weight file come from the same run; this adapter was left out.",
  },
  TRAINER_STATE_INVALID: {
    kind: "permanent",
    what: "trainer_state.json is not what the HF Trainer writes",
    todo: "Copy the file again from the run's checkpoint folder.",
  },
  TABLE_INVALID: {
    kind: "permanent",
    what: "The table cannot be read",
    todo: "Export it again with one header row and one row a run.",
  },
  PICKLE_INVALID: {
    kind: "permanent",
    what: "The pickle cannot be read",
    todo: "Export the table as CSV or JSON instead.",
  },
  PICKLE_NOT_ALLOWED: {
    kind: "permanent",
    what: "The pickle holds something other than plain values and NumPy scalars; nothing in it was run",
    todo: "Export the table as CSV or JSON instead.",
  },
} as const satisfies Record<string, Entry>;
