#!/usr/bin/env node
/** The command line. Each command lives in commands/ and is loaded when it is called. */

import { Command, CommanderError } from "commander";
import { exitCodeOf } from "./commands/exit-codes.js";
import { addTerminalCommands } from "./commands/terminal-commands.js";
import { readConfig } from "./config.js";
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
  RANKSCOPE_SERVER           a running server that studies, compare, report and watch ask instead of opening a database
  RANKSCOPE_TOKEN            the bearer token that it is asked with
  NO_COLOR, TERM=dumb        plain output, as where it is no terminal: ASCII, nothing written over
  RANKSCOPE_LOG              silent, error, warn, info or debug (warn)

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
    .action(async () => (await import("./commands/serve.js")).serve(open()));
  program
    .command("worker")
    .description("compute what servers of the same database ask for; on any machine that reaches database and weights")
    .option("--id <uuid>", "under which a supervisor can dismiss it")
    .action(async (options: { id?: string }) => (await import("./commands/worker.js")).worker(open(), options));
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
    .command("doctor")
    .description("say what this machine has to compute with, and what is missing; needs no server")
    .option("--calibrate", "measure from which problem size on each GPU is faster than the CPU here, and keep it")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExit code 1 where Rankscope cannot work as it is set up.")
    .action(async (options: { calibrate?: true; json?: true }) =>
      (await import("./commands/doctor.js")).doctor(open(), options),
    );
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
