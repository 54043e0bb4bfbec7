/** The only reader of process.env. */

import { resolve } from "node:path";
import { z } from "zod";
import { failure } from "./errors.js";

/** Every setting of a process, checked and frozen. */
export interface Config {
  /** PostgreSQL to use; undefined starts an embedded one in `dataDirectory`. */
  readonly databaseUrl: string | undefined;
  /** Where the embedded PostgreSQL keeps its files. */
  readonly dataDirectory: string;
  readonly host: string;
  readonly port: number;
  /** Folders under which the `importStudy` mutation may read. */
  readonly importRoots: readonly string[];
  /** ONNX Runtime worker threads. */
  readonly computeThreads: number;
  readonly logLevel: "silent" | "error" | "warn" | "info" | "debug";
  /** Where the command was called: relative paths are meant from here. */
  readonly directory: string;
  /** Whether npm runs the command, by a shell between them that does not pass signals on. */
  readonly underNpm: boolean;
}

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

const Environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  RANKSCOPE_DATA: z.string().default(".rankscope"),
  HOST: z.string().default("127.0.0.1"),
  PORT: whole(0, 65_535).default(4000),
  RANKSCOPE_IMPORT_ROOTS: z.string().default("."),
  RANKSCOPE_COMPUTE_THREADS: whole(1, 256).default(2),
  RANKSCOPE_LOG: z.enum(["silent", "error", "warn", "info", "debug"]).default("warn"),
});

/**
 * Reads and checks the settings; relative paths are meant from where the command was called.
 *
 * @throws CONFIG_INVALID naming the first variable that is wrong
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  // npm runs scripts in the package's folder and tells where it was called.
  const directory = environment["INIT_CWD"] ?? process.cwd();
  // An empty variable is how shells and compose files say "not set".
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0]);
    // A database URL may hold a password: it is named, never shown.
    const received = name === "DATABASE_URL" ? "a value that is not shown" : JSON.stringify(given[name]);
    throw failure("CONFIG_INVALID", { where: name, received, allowed: issue?.message, cause: parsed.error });
  }
  const env = parsed.data;
  return Object.freeze({
    databaseUrl: env.DATABASE_URL,
    dataDirectory: resolve(directory, env.RANKSCOPE_DATA),
    host: env.HOST,
    port: env.PORT,
    importRoots: env.RANKSCOPE_IMPORT_ROOTS.split(",").map((root) => resolve(directory, root.trim())),
    computeThreads: env.RANKSCOPE_COMPUTE_THREADS,
    logLevel: env.RANKSCOPE_LOG,
    directory,
    underNpm: environment["npm_lifecycle_event"] !== undefined,
  });
}
