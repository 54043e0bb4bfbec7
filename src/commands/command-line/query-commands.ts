import { Argument, InvalidArgumentError, Option, type Command } from "commander";
import { completionScript, SHELLS, type Shell } from "../completion/shells.js";
import type { CompareOptions } from "../compare/compare.js";
import type { BehaviourOptions } from "../behaviour/behaviour.js";
import type { PredictionsOptions } from "../predictions/predictions.js";
import type { Process } from "../process.js";
import type { ReportOptions } from "../report/report.js";
import { readFilter, readSort, SORT_FIELDS, type StudiesOptions } from "../studies/list-options.js";
import type { SetOptions } from "../set/set-settings.js";
import type { WatchOptions } from "../watch/watch.js";

/** Adds the commands that query a store or a running server. */
export function addQueryCommands(program: Command, open: () => Process): void {
  addStudies(program, open);
  addCompare(program, open);
  addPredictions(program, open);
  addBehaviour(program, open);
  addReport(program, open);
  addWatch(program, open);
  addCancel(program, open);
  addSet(program, open);
  addCompletion(program, open);
}

const server = () =>
  new Option("--server <url>", "query this running server instead of opening the database (RANKSCOPE_SERVER)");
const json = () => new Option("--json", "print JSON, one document, on standard output");
const wait = () =>
  new Option("--wait <seconds>", "maximum wait for results that are being computed (unlimited)").argParser(readSeconds);

function addStudies(program: Command, open: () => Process): void {
  program
    .command("studies")
    .description("list studies, filtered and sorted")
    .option("--search <words>", "words that must all occur in slug, name, base model or tags")
    .option("--base-model <part>", "part of the base model's name")
    .option("--tag <tag...>", "tags that the study must have, all of them")
    .addOption(new Option("--rank <r...>", "ranks that the study must have, all of them").argParser(readRanks))
    .option("--archived", "include archived studies")
    .addOption(
      new Option("--filter <json>", "a StudyFilter of the API, combined with the other filters").argParser(readFilter),
    )
    .addOption(
      new Option("--sort <field>", `${SORT_FIELDS.join(", ")}; best and mean take =METRIC; each takes :asc or :desc`)
        .default(readSort("created"), "created")
        .argParser(readSort),
    )
    .addOption(
      new Option("--limit <n>", "maximum number of studies; the list says when there are more")
        .default(50)
        .argParser(readLimit),
    )
    .addOption(json())
    .addOption(server())
    .addHelpText(
      "after",
      `
Examples:
  rankscope studies
  rankscope studies --search "llama paper" --sort updated
  rankscope studies --rank 8 16 --sort best=eval_loss --limit 10
  rankscope studies --filter '{"experiments":{"some":{"metric":{"name":"eval_loss","lt":1.9}}}}' --json

JSON: { total, archivedLeftOut, truncated, studies: [{ slug, name, baseModel, tags, archivedAt, createdAt, updatedAt, experiments, ranks, minimumViableRank }] }`,
    )
    .action(async (options: StudiesOptions) => (await import("../studies/studies.js")).studies(open(), options));
}

function addCompare(program: Command, open: () => Process): void {
  program
    .command("compare <slug-or-run...>")
    .description("compare runs (study/experiment, or an id) and whole studies (slugs) side by side")
    .addOption(wait())
    .addOption(json())
    .addOption(server())
    .addHelpText(
      "after",
      `
The first run is the baseline of all others. All curves share one scale.

Examples:
  rankscope compare my-study/16bit_r8 my-study/4bit_r8
  rankscope compare llama-qlora llama-lora
  rankscope compare my-study/4bit_r8 other-study/4bit_r8 --server http://127.0.0.1:4000/ --json

JSON: { runs: [...], pairs: [...], pending, studies: [...] }; pending counts values that are still being computed.
The exit code is 3 where a study or run does not exist, 4 where part of the answer is still being computed.`,
    )
    .action(async (words: string[], options: CompareOptions) =>
      (await import("../compare/compare.js")).compare(open(), words, options),
    );
}

function addPredictions(program: Command, open: () => Process): void {
  program
    .command("predictions")
    .description("compare two runs' answers to the same items (study/experiment, or ids)")
    .argument("<slug-or-run>", "the baseline")
    .argument("<slug-or-run>", "the candidate")
    .option("--task <task>", "task of both runs' predictions (the only one)")
    .option("--filter <filter>", "filter of lm-evaluation-harness (the first that both runs have)")
    .option("--metric <metric>", "metric of single items (the first that both files have, else exact matches)")
    .addOption(
      new Option("--limit <n>", "maximum number of flipped items that are shown").default(20).argParser(readLimit),
    )
    .addOption(json())
    .addOption(server())
    .addHelpText(
      "after",
      `
Examples:
  rankscope predictions my-study/16bit_r8 my-study/4bit_r8 --task gsm8k
  rankscope predictions my-study/16bit_r8 my-study/4bit_r8 --task mmlu_anatomy --metric acc_norm --json

JSON: the fields of comparePredictions, with the task.
The exit code is 3 where a study or run does not exist.`,
    )
    .action(async (baseline: string, candidate: string, options: PredictionsOptions) =>
      (await import("../predictions/predictions.js")).predictions(open(), [baseline, candidate], options),
    );
}

function addBehaviour(program: Command, open: () => Process): void {
  program
    .command("behaviour <slug>")
    .description("run a study's models on an evaluation set: loss, divergence from the baseline, noise of seeds")
    .requiredOption("--on <set>", "name of a registered evaluation set (rankscope evalset list)")
    .option("--sensitivity", "also measure the sensitivity of each layer: one pass over the set for each of them")
    .addOption(wait())
    .addOption(json())
    .addOption(server())
    .addHelpText(
      "after",
      `
Examples:
  rankscope behaviour reference-study --on jargon
  rankscope behaviour reference-study --on jargon --sensitivity
  rankscope behaviour reference-study --on jargon --json --wait 60

JSON: ranks with their runs, each with its behaviour on the set.
The exit code is 3 where the study or the set does not exist, and 4 while values are still being computed.`,
    )
    .action(async (slug: string, options: BehaviourOptions) =>
      (await import("../behaviour/behaviour.js")).behaviour(open(), slug, options),
    );
}

function addReport(program: Command, open: () => Process): void {
  program
    .command("report <slug>")
    .description("print a study's report")
    .addOption(
      new Option("--format <format>", "text for a terminal, or the report of the API")
        .choices(["text", "markdown", "html", "json"])
        .default("text"),
    )
    .addOption(wait())
    .addOption(new Option("--json", "the same as --format json"))
    .addOption(server())
    .addHelpText(
      "after",
      `
Examples:
  rankscope report reference-study
  rankscope report my-study --format markdown > report.md
  rankscope report my-study --json | jq .minimumViableRank

JSON: the document of /export/studies/SLUG/report.json.
The exit code is 3 where the study does not exist, 4 where part of the answer is still being computed.`,
    )
    .action(async (slug: string, options: ReportOptions) =>
      (await import("../report/report.js")).report(open(), slug, options),
    );
}

function addWatch(program: Command, open: () => Process): void {
  program
    .command("watch [job-or-slug]")
    .description("show the progress of jobs until they end: one job, a study's computations, or all jobs")
    .addOption(new Option("--json", "print JSON, one document per line"))
    .addOption(server())
    .addHelpText(
      "after",
      `
With a study's slug, the command first starts the computation of all results from the study's weights (precomputeStudy).

Examples:
  rankscope watch
  rankscope watch my-study
  rankscope watch 019318a2-7c5e-7a3b-9f3e-2f6c1f0a9b11 --json

JSON, one line per change: { job: { id, kind, status, done, total, message, createdAt, finishedAt } }, and finally
{ ended: { SUCCEEDED: 2, ... }, truncated }.
The exit code is 1 where a job failed or was cancelled, 3 where the job or study does not exist, 130 after Ctrl-C.`,
    )
    .action(async (what: string | undefined, options: WatchOptions) =>
      (await import("../watch/watch.js")).watch(open(), what, options),
    );
}

function addCancel(program: Command, open: () => Process): void {
  program
    .command("cancel <job>")
    .description("cancel an import or a computation that has not ended")
    .addOption(json())
    .addOption(server())
    .addHelpText(
      "after",
      `
A cancelled import stores nothing. A token that may import may cancel; one for some studies only their jobs.

Examples:
  rankscope cancel 019318a2-7c5e-7a3b-9f3e-2f6c1f0a9b11

JSON: { job: { id, kind, status, done, total, message, createdAt, finishedAt } }.
The exit code is 1 where the job had ended already, 3 where it does not exist.`,
    )
    .action(async (job: string, options: WatchOptions) =>
      (await import("../watch/cancel.js")).cancel(open(), job, options),
    );
}

function addSet(program: Command, open: () => Process): void {
  program
    .command("set <run> [setting=value...]")
    .description("state settings of a run (study/experiment, or an id) that its files do not have, or have wrong")
    .addOption(
      new Option("--clear <setting...>", "withdraw what was stated: the value of the run's files is used again"),
    )
    .addOption(json())
    .addOption(server())
    .addHelpText(
      "after",
      `
A stated value takes precedence over every file, also after further imports. Method, quantization and seed follow from it.
A value is read as JSON, and as text where it is no JSON.

Examples:
  rankscope set my-study/run-7 bits=4 scheme=nf4 learning_rate=2e-4
  rankscope set my-study/run-7 'target_modules=["q_proj","v_proj"]' note="second attempt"
  rankscope set my-study/run-7 --clear seed

JSON: { experiment: { id, name, method, quantization, seed, config }, contradictions: [{ field, message }] }.
The exit code is 3 where the study or run does not exist.`,
    )
    .action(async (run: string, words: string[], options: SetOptions) =>
      (await import("../set/set-settings.js")).setSettings(open(), run, words, options),
    );
}

function addCompletion(program: Command, open: () => Process): void {
  program
    .command("completion")
    .description("print the completion script of a shell, for commands, options, slugs and runs")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText(
      "after",
      `
Examples:
  source <(rankscope completion bash)     in ~/.bashrc
  source <(rankscope completion zsh)      in ~/.zshrc, after compinit
  rankscope completion fish | source      in ~/.config/fish/config.fish

Slugs and runs come from the configured database or server, if it answers within 0.3 s. Completion starts no server.`,
    )
    .action((shell: Shell) => void process.stdout.write(completionScript(shell)));
  program
    .command("complete [words...]", { hidden: true })
    .allowUnknownOption()
    .action(async (words: string[]) =>
      (await import("../completion/complete.js")).complete(program, words, open().config),
    );
}

/** @throws InvalidArgumentError */
function readLimit(given: string): number {
  const limit = Number(given);
  if (!Number.isInteger(limit) || limit < 1) throw new InvalidArgumentError("Allowed: a whole number, 1 or more.");
  return limit;
}

/** @throws InvalidArgumentError */
function readRanks(given: string, before: readonly number[] | undefined): number[] {
  const rank = Number(given);
  if (!Number.isInteger(rank) || rank < 1 || rank > 2 ** 31 - 1)
    throw new InvalidArgumentError("Allowed: whole numbers, 1 or more.");
  return [...(before ?? []), rank];
}

/** @throws InvalidArgumentError */
function readSeconds(given: string): number {
  const seconds = Number(given);
  if (given.trim() === "" || !Number.isFinite(seconds) || seconds < 0)
    throw new InvalidArgumentError("Allowed: seconds, 0 or more.");
  return seconds;
}
