import type { Command } from "commander";
import type { AddEvaluationSetOptions } from "../evaluation-sets/evaluation-sets.js";
import type { AddModelOptions, ListModelsOptions } from "../models/models.js";
import type { Process } from "../process.js";

/** Adds the commands that register base models and evaluation sets. */
export function addModelCommands(program: Command, open: () => Process): void {
  program
    .command("models")
    .description("list the registered base models")
    .option("--check", "check that their files are unchanged; the exit code is 1 if one has changed")
    .option("--json", "print JSON")
    .action(async (options: ListModelsOptions) => (await import("../models/models.js")).listModels(open(), options));
  const model = program.command("model").description("register base models, which are read in place");
  model
    .command("add <folder>")
    .description(
      "check, hash and register a base model: a folder of save_pretrained, or hf://org/name from the hub's cache",
    )
    .option("--name <name>", "name that the adapters give it; by default the repository's or the folder's name")
    .option("--json", "print JSON")
    .action(async (folder: string, options: AddModelOptions) =>
      (await import("../models/models.js")).addModel(open(), folder, options),
    );
  model
    .command("remove <model>")
    .description("remove the registration of a model, by name or id; its files stay")
    .action(async (name: string) => (await import("../models/models.js")).removeModel(open(), name));
  const evalset = program.command("evalset").description("register evaluation sets, which are read in place");
  evalset
    .command("add <name> <file>")
    .description(
      "check and register a file of JSON lines: {text}, {prompt, completion}, {messages} or {input_ids, labels}",
    )
    .option("--eval-data-of <slug...>", "studies whose runs recorded their evaluation loss on these items")
    .option("--json", "print JSON")
    .action(async (name: string, file: string, options: AddEvaluationSetOptions) =>
      (await import("../evaluation-sets/evaluation-sets.js")).addEvaluationSet(open(), name, file, options),
    );
  evalset
    .command("list")
    .description("list the registered evaluation sets")
    .option("--json", "print JSON")
    .action(async (options: { json?: true }) =>
      (await import("../evaluation-sets/evaluation-sets.js")).listSets(open(), options),
    );
  evalset
    .command("remove <name>")
    .description("remove the registration of a set; its file and the results on it stay")
    .action(async (name: string) => (await import("../evaluation-sets/evaluation-sets.js")).removeSet(open(), name));
}
