import type { Entry } from "./entry.js";

/** Errors of base models, their tokenizers, and adapters and token sequences that they run with. */
export const MODEL_ERRORS = {
  MODEL_CONFIG_INVALID: {
    kind: "permanent",
    what: "The configuration of the base model is invalid",
    fix: "Copy config.json again from the model's repository, or save the model again with save_pretrained.",
  },
  MODEL_UNSUPPORTED: {
    kind: "permanent",
    what: "This kind of base model is not supported",
    fix: "The weights of its adapters are compared all the same; only results that need the model to run are missing.",
  },
  MODEL_TENSORS_INVALID: {
    kind: "permanent",
    what: "The tensors of the base model do not match its configuration",
    fix: "Copy config.json and all weight files again from one revision of the model.",
  },
  MODEL_FILES_CHANGED: {
    kind: "permanent",
    what: "A file of the base model is not the file that was registered",
    fix: "Restore the file, or run rankscope model add FOLDER to register the present files.",
  },
  MODEL_NOT_FOUND: {
    kind: "permanent",
    what: "No base model with this name or id is registered",
    fix: "Run rankscope models to list the registered models.",
  },
  MODEL_ADAPTER_MISMATCH: {
    kind: "permanent",
    what: "The adapter does not fit the base model",
    fix: "Use the base model that the adapter was trained on.",
  },
  MODEL_TOO_LARGE: {
    kind: "permanent",
    what: "Running the model needs more memory than the worker may use",
    fix: "Use a worker with more memory, or shorter sequences.",
  },
  NO_MODEL_WORKER: {
    kind: "transient",
    what: "No worker has enough memory for the model",
    fix: "Start one with: RANKSCOPE_MODEL_MEMORY_MB=... rankscope worker, on a machine that reaches database and files.",
  },
  TOKENS_INVALID: {
    kind: "permanent",
    what: "The model cannot run on these tokens",
    fix: "Use the model's own tokenizer, and sequences that are not longer than its positions.",
  },
  LOGITS_NOT_FINITE: {
    kind: "permanent",
    what: "The model computes NaN or infinite values",
    fix: "Check the weights of the model and the adapter: the run may have diverged.",
  },
  CHAT_TEMPLATE_INVALID: {
    kind: "permanent",
    what: "The tokenizer's chat template cannot be used",
    fix: "Write the items as text or as prompt and completion, or save the tokenizer with a template that accepts them.",
  },
  EVALUATION_SET_INVALID: {
    kind: "permanent",
    what: "The evaluation set cannot be read",
    fix: "Write one JSON object per line: {text}, {prompt, completion}, {messages}, {question, choices, answer} or {input_ids, labels}.",
  },
  EVALUATION_SET_CHANGED: {
    kind: "permanent",
    what: "The evaluation set's file has other items than those that were registered",
    fix: "Restore the file, or run rankscope evalset add NAME FILE to register the present items.",
  },
  EVALUATION_SET_NOT_FOUND: {
    kind: "permanent",
    what: "No evaluation set with this name is registered",
    fix: "Run rankscope evalset list to list the sets, or rankscope evalset add NAME FILE to register one.",
  },
  TOKENIZER_INVALID: {
    kind: "permanent",
    what: "The tokenizer cannot be used",
    fix: "Copy tokenizer.json again from the model's repository, or save the tokenizer again with save_pretrained.",
  },
} as const satisfies Record<string, Entry>;
