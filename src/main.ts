#!/usr/bin/env node
/** The command line. Each command is a file of commands/, which is loaded when the command is called. */

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { exitCodeOf } from "./commands/exit-codes.js";
import { addLifeCommands } from "./commands/command-line/life-commands.js";
import { addModelCommands } from "./commands/command-line/model-commands.js";
import type { ImportOptions } from "./commands/import.js";
import { allowClosedOutput } from "./commands/process.js";
import type { PlotOptions } from "./commands/plot.js";
import { addQueryCommands } from "./commands/command-line/query-commands.js";
import type { TokenOptions } from "./commands/token.js";
import { limitLines, readConfig } from "./config.js";
import { RankscopeError } from "./errors.js";
import { openLog } from "./log.js";
import { visibleText } from "./model/visible-text.js";

const HELP = `
Settings are environment variables:
  DATABASE_URL               the PostgreSQL to use; without it an embedded one is started
  RANKSCOPE_DIRECT_DATABASE_URL  the same database without the pooler that DATABASE_URL names (DATABASE_URL)
  RANKSCOPE_DATA             the directory of the embedded PostgreSQL (.rankscope)
  HOST, PORT                 the address to serve on (127.0.0.1, 4000)
  RANKSCOPE_IMPORT_ROOTS     folders, separated by commas, that the importStudy mutation may read (the working directory)
  HF_HUB_CACHE, HF_HOME      cache of the Hugging Face hub, for imports of hf://org/name (~/.cache/huggingface/hub)
  RANKSCOPE_WORKERS          worker processes of the server (1); with 0, other workers must run
  RANKSCOPE_COMPUTE_THREADS  compute threads of a worker (2)
  RANKSCOPE_MODEL_MEMORY_MB  memory that the models on a worker may need (half of the machine's)
  RANKSCOPE_MODEL_SIZE_GB    size in float32 of the largest models that a worker takes (RANKSCOPE_MODEL_MEMORY_MB)
  RANKSCOPE_DERIVATION_THREADS  threads of a server for bootstraps and large studies (1)
  RANKSCOPE_PROVIDER         auto, cpu, webgpu or cuda (auto: chosen by problem size among those available)
  RANKSCOPE_WEIGHTS          the location of weight files: a folder, in-place, or s3://bucket/prefix (weights in RANKSCOPE_DATA)
  RANKSCOPE_S3_ENDPOINT      URL of an S3-compatible server other than AWS; the AWS SDK finds the credentials
  RANKSCOPE_WAIT_SECONDS     maximum wait of a query for results that are being computed (10)
  RANKSCOPE_COMPLETION_SECONDS  maximum wait of a shell's completion for slugs and runs (0.3)
  RANKSCOPE_METRICS_PORT     the port on HOST where a separate worker serves /metrics and /healthz (none)
  OTEL_EXPORTER_OTLP_ENDPOINT  URL of an OpenTelemetry collector for traces, by http/protobuf (none); other OTEL_* variables apply too
  RANKSCOPE_DELETE_GRACE     time after which deleted studies and runs are removed for good (7d)
  RANKSCOPE_AUDIT_KEEP       age at which entries of the audit log are removed (1y)
  RANKSCOPE_DRAIN_SECONDS    seconds for which a stopping server still accepts requests while /readyz fails (0)
  RANKSCOPE_REQUIRE_TOKEN    1 requires a token on loopback even before one exists (0)
  RANKSCOPE_ALLOWED_HOSTS    further host names of the server, separated by commas (localhost, HOST and IP addresses always work)
  RANKSCOPE_CORS_ORIGINS     origins, separated by commas, whose pages may send requests with a token (none)
  RANKSCOPE_TRUSTED_PROXIES  addresses and subnets, separated by commas, of proxies whose X-Forwarded-Proto and -For are trusted (none)
  RANKSCOPE_SERVER           the running server that studies, compare, predictions, report and watch query instead of a database
  RANKSCOPE_TOKEN            the bearer token for that server
  NO_COLOR, TERM=dumb        plain output, as in a pipe: ASCII only, no line is overwritten
  RANKSCOPE_LOG              silent, error, warn, info or debug (warn)

Limits of the server, with their defaults (docs/limits.md explains them):
${limitLines().join("\n")}

Exit codes: 0 done; 1 failed, with the reason on standard error; 2 invalid command line;
3 study, run or job not found; 4 part of the answer is still being computed; 130 stopped by Ctrl-C;
143 stopped by SIGTERM.`;

const MAX_REQUESTS_PER_MINUTE = 1_000_000;

async function main(argv: readonly string[]): Promise<void> {
  const open = () => {
    const config = readConfig();
    return { config, log: openLog(config.logLevel) };
  };
  const program = new Command("rankscope")
    .description("GraphQL analytics for LoRA and QLoRA studies.")
    .addHelpText("after", HELP)
    .exitOverride();

  program
    .command("serve", { isDefault: true })
    .description("start the server, with an embedded PostgreSQL unless DATABASE_URL is set")
    .action(async () => (await import("./commands/serve/serve.js")).serve(open()));
  program
    .command("worker")
    .description(
      "compute the jobs of servers on the same database; runs on any machine that reaches database and weights",
    )
    .option("--id <uuid>", "the id by which a supervisor manages this worker")
    .action(async (options: { id?: string }) => (await import("./commands/serve/worker.js")).worker(open(), options));
  program
    .command("import <folder>")
    .description("import a study's folder, or hf://org/name from the hub's cache; repeat the import to add what is new")
    .option("--slug <slug>", "the study's slug; the slug of a stored study adds the folder to it")
    .option("--name <name>", "display name of a new study")
    .option("--dry-run", "show the studies and runs that would be imported; stores nothing and needs no database")
    .option("--explain <run>", "show where each value of this run comes from; stores nothing and needs no database")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nThe exit code is 1 if nothing can be imported. A file that cannot be used is named, and the rest is imported.",
    )
    .action(async (folder: string, options: ImportOptions) =>
      (await import("./commands/import.js")).importFolder(open(), folder, options),
    );
  addQueryCommands(program, open);
  addModelCommands(program, open);
  addLifeCommands(program, open);
  program
    .command("backup <file>")
    .description("write a consistent copy of everything stored to a new file, while the server runs")
    .option("--weights", "include the weight files")
    .action(async (file: string, options: { weights?: true }) =>
      (await import("./commands/backup/backup.js")).backup(open(), file, options),
    );
  program
    .command("restore <file>")
    .description("restore a backup, of this version or an older one, into an empty store")
    .option("--replace", "replace everything that is stored")
    .action(async (file: string, options: { replace?: true }) =>
      (await import("./commands/backup/restore.js")).restore(open(), file, options),
    );
  program
    .command("plot <slug> <kind>")
    .description("draw a plot of a study: rank-threshold, weight-similarity, loss-curves, ... (PlotKind in the schema)")
    .addOption(new Option("--format <format>", "file format").choices(["svg", "png", "vl.json", "csv"]).default("svg"))
    .option("--out <file>", "write to this file instead of standard output")
    .addOption(new Option("--theme <theme>", "background of the plot").choices(["light", "dark"]))
    .option("--rank <r>", "show this rank")
    .option(
      "--set <name=value...>",
      "any other argument of the field Study.plot, as in the URL of a plot: metric=eval_loss",
    )
    .option("--scale <n>", "pixels of the PNG per pixel of the plot, 1 to 4 (2)")
    .action(async (slug: string, kind: string, options: PlotOptions) =>
      (await import("./commands/plot.js")).plot(open(), slug, kind, options),
    );
  program
    .command("doctor")
    .description("show what this machine can compute with and what is missing; needs no server")
    .option("--calibrate", "measure the problem size from which each GPU is faster than the CPU, and store it")
    .option("--json", "print JSON")
    .addHelpText("after", "\nThe exit code is 1 where Rankscope cannot work with these settings.")
    .action(async (options: { calibrate?: true; json?: true }) =>
      (await import("./commands/doctor/doctor.js")).doctor(open(), options),
    );
  const token = program.command("token").description("create, list and revoke access tokens");
  token
    .command("create")
    .description("create a token and show it once")
    .addOption(
      new Option("--role <role>", "reader: queries; writer: also import, tag and precompute; admin: everything")
        .choices(["reader", "writer", "admin"])
        .makeOptionMandatory(),
    )
    .option("--study <slug...>", "limit the token to these studies; all by default")
    .option(
      "--import-root <folder...>",
      "limit the token's imports to these folders under RANKSCOPE_IMPORT_ROOTS; a token for some studies has none by default",
    )
    .option("--name <name>", "a name for the list of tokens: its owner or purpose", "")
    .option("--expires <time>", "lifetime: 12h, 90d, 1y; unlimited by default")
    .option("--requests-per-minute <n>", "limit of requests of all servers together; none by default", readRequests)
    .action(async (options: TokenOptions) => (await import("./commands/token.js")).createAccessToken(open(), options));
  token
    .command("list")
    .description("list all tokens, including expired and revoked ones")
    .action(async () => (await import("./commands/token.js")).listAccessTokens(open()));
  token
    .command("limit <id>")
    .description("change the limit of requests of a token; servers apply it at once")
    .addOption(
      new Option("--requests-per-minute <n>", "requests of all servers together, or none for any number")
        .argParser((text) => (text === "none" ? text : readRequests(text)))
        .makeOptionMandatory(),
    )
    .action(async (id: string, { requestsPerMinute: limit }: { requestsPerMinute: number | "none" }) =>
      (await import("./commands/token.js")).limitAccessToken(open(), id, limit === "none" ? null : limit),
    );
  token
    .command("revoke <id>")
    .description("revoke a token, its sessions and its open subscriptions")
    .action(async (id: string) => (await import("./commands/token.js")).revokeAccessToken(open(), id));
  program
    .command("schema")
    .description("print the GraphQL schema in SDL")
    .action(async () => (await import("./commands/schema.js")).printSchema());

  await program.parseAsync(argv);
}

/** @throws InvalidArgumentError */
function readRequests(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_REQUESTS_PER_MINUTE) return count;
  throw new InvalidArgumentError(`Allowed: 1 to ${MAX_REQUESTS_PER_MINUTE}.`);
}

function errorText(error: unknown): string {
  if (error instanceof RankscopeError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? String(error.stack) : String(error);
}

allowClosedOutput();
try {
  await main(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`${visibleText(errorText(error))}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
