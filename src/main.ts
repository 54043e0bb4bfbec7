#!/usr/bin/env node
/** The command line. Each command lives in commands/ and is loaded when it is called. */

import { Command, CommanderError, Option } from "commander";
import { exitCodeOf } from "./commands/exit-codes.js";
import type { PlotOptions } from "./commands/plot.js";
import { addTerminalCommands } from "./commands/command-line/query-commands.js";
import type { TokenOptions } from "./commands/token/create-token.js";
import { limitLines, readConfig } from "./config.js";
import { RankscopeError } from "./errors.js";
import { openLog } from "./log.js";

const HELP = `
Settings are environment variables:
  DATABASE_URL               PostgreSQL to use; without it an embedded one is started
  RANKSCOPE_DATA             where the embedded PostgreSQL keeps its files (.rankscope)
  HOST, PORT                 where to serve (127.0.0.1, 4000)
  RANKSCOPE_IMPORT_ROOTS     folders, separated by commas, that the importStudy mutation may read (the working directory)
  RANKSCOPE_WORKERS          worker processes that the server runs itself (1; 0 leaves the work to others)
  RANKSCOPE_COMPUTE_THREADS  threads of a worker (2)
  RANKSCOPE_PROVIDER         auto, cpu, webgpu or cuda (auto: by problem size, what is there)
  RANKSCOPE_WEIGHTS          where weights are kept: a folder, in-place, or s3://bucket/prefix (weights in RANKSCOPE_DATA)
  RANKSCOPE_S3_ENDPOINT      of an S3-compatible server that is not AWS; credentials as the AWS SDK finds them
  RANKSCOPE_WAIT_SECONDS     how long a query waits for what has to be computed (10)
  RANKSCOPE_METRICS_PORT     where a worker of a fleet serves /metrics and /healthz, on HOST (nowhere; a server serves its own)
  OTEL_EXPORTER_OTLP_ENDPOINT  of an OpenTelemetry collector, for traces by http/protobuf (none); other OTEL_* variables hold too
  RANKSCOPE_DRAIN_SECONDS    how long a server that was told to stop still takes requests, /readyz saying that it stops (0)
  RANKSCOPE_REQUIRE_TOKEN    1 asks for a token on loopback too, before the first is made (0)
  RANKSCOPE_ALLOWED_HOSTS    names, separated by commas, that the server is reached by beside localhost, HOST and addresses
  RANKSCOPE_CORS_ORIGINS     origins, separated by commas, whose pages may read answers, with a token of their own (none)
  RANKSCOPE_SERVER           a running server that studies, compare, report and watch ask instead of opening a database
  RANKSCOPE_TOKEN            the bearer token that it is asked with
  NO_COLOR, TERM=dumb        plain output, as where it is no terminal: ASCII, nothing written over
  RANKSCOPE_LOG              silent, error, warn, info or debug (warn)

Limits of the server, with their defaults; docs/limits.md has the reasons:
${limitLines().join("\n")}

Exit codes: 0 done; 1 failed, the reason is on standard error; 2 the command line was not understood;
3 the study, run or job is not there; 4 part of the answer is still being computed; 130 stopped by Ctrl-C.`;

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
    .description("compute what servers of the same database ask for; on any machine that reaches database and weights")
    .option("--id <uuid>", "under which a supervisor can dismiss it")
    .action(async (options: { id?: string }) => (await import("./commands/serve/worker.js")).worker(open(), options));
  program
    .command("import <folder>")
    .description("import a study's folder; again to add what is new")
    .option("--slug <slug>", "store under this slug; a stored study's slug adds the folder to it")
    .option("--name <name>", "display name of a new study")
    .action(async (folder: string, options: { slug?: string; name?: string }) =>
      (await import("./commands/import.js")).importFolder(open(), folder, options),
    );
  addTerminalCommands(program, open);
  program
    .command("backup <file>")
    .description("write all that is stored, as it is at one moment, to a new file; the server may go on")
    .option("--weights", "include the weight files")
    .action(async (file: string, options: { weights?: true }) =>
      (await import("./commands/backup/backup.js")).backup(open(), file, options),
    );
  program
    .command("restore <file>")
    .description("put a backup, of this version or an older one, into an empty store")
    .option("--replace", "in the place of all that is stored")
    .action(async (file: string, options: { replace?: true }) =>
      (await import("./commands/backup/restore.js")).restore(open(), file, options),
    );
  program
    .command("plot <slug> <kind>")
    .description("draw a picture of a study: rank-threshold, weight-similarity, loss-curves, ... (schema: PlotKind)")
    .addOption(
      new Option("--format <format>", "how to write it").choices(["svg", "png", "vl.json", "csv"]).default("svg"),
    )
    .option("--out <file>", "write it there instead of to standard output")
    .addOption(new Option("--theme <theme>", "what background to draw it for").choices(["light", "dark"]))
    .option("--rank <r>", "of this rank")
    .option(
      "--set <name=value...>",
      "any other argument of the field Study.plot, as its address has it: metric=eval_loss",
    )
    .option("--scale <n>", "pixels of a PNG for each of the picture's own, 1 to 4 (2)")
    .action(async (slug: string, kind: string, options: PlotOptions) =>
      (await import("./commands/plot.js")).plot(open(), slug, kind, options),
    );
  program
    .command("doctor")
    .description("say what this machine has to compute with, and what is missing; needs no server")
    .option("--calibrate", "measure from which problem size on each GPU is faster than the CPU here, and keep it")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExit code 1 where Rankscope cannot work as it is set up.")
    .action(async (options: { calibrate?: true; json?: true }) =>
      (await import("./commands/doctor/doctor.js")).doctor(open(), options),
    );
  const token = program.command("token").description("let people and programs in: make, list and revoke access tokens");
  token
    .command("create")
    .description("make a token and show it, once")
    .addOption(
      new Option("--role <role>", "reader: ask; writer: import, tag and precompute too; admin: all")
        .choices(["reader", "writer", "admin"])
        .makeOptionMandatory(),
    )
    .option("--study <slug...>", "open these studies only; all by default")
    .option("--name <name>", "whose it is, or what for", "")
    .option("--expires <time>", "after this long: 12h, 90d, 1y; never by default")
    .action(async (options: TokenOptions) =>
      (await import("./commands/token/create-token.js")).createAccessToken(open(), options),
    );
  token
    .command("list")
    .description("list the tokens, those that are over among them")
    .action(async () => (await import("./commands/token/list-tokens.js")).listAccessTokens(open()));
  token
    .command("revoke <id>")
    .description("end a token now, with its sessions and open subscriptions")
    .action(async (id: string) => (await import("./commands/token/revoke-token.js")).revokeAccessToken(open(), id));
  program
    .command("schema")
    .description("print the GraphQL schema in SDL")
    .action(async () => (await import("./commands/schema.js")).printSchema());

  await program.parseAsync(argv);
}

try {
  await main(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const message =
      error instanceof RankscopeError
        ? `${error.code}: ${error.message}`
        : error instanceof Error
          ? error.stack
          : error;
    process.stderr.write(`${String(message)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
