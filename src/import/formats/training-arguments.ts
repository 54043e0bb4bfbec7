import { readTorchPickle } from "../tensors/read-torch-pickle.js";
import { settingsOfObject } from "../settings/settings-of-object.js";
import type { RunEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/**
 * training_args.bin: TrainingArguments of the Hugging Face Trainer, or a subclass of TRL or Unsloth, as torch.save writes it. The
 * pickle is read statically: no class is imported, so the tools need not be installed and nothing is executed.
 */
export const TRAINING_ARGUMENTS: ResultFormat<RunEvidence> = {
  name: "training_args.bin",
  gives: ["settings"],
  recognises: (fileName) => fileName === "training_args.bin",
  async read({ path, where }) {
    const settings = settingsOfObject(await readTorchPickle(path, where));
    return [{ kind: "settings", source: "trainingArguments", settings }];
  },
};
