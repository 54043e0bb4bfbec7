/** The settings of a process. Only this module reads process.env. */

import { isIP } from "node:net";
import { homedir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { failure } from "./errors.js";
import {
  DEFAULT_AUDIT_KEEP_SECONDS,
  DEFAULT_DELETE_GRACE_SECONDS,
  DURATION_FORMS,
  parseDuration,
} from "./model/duration.js";
import { LIMITS, limitsBy, MAX_WAIT_SECONDS, type Limits } from "./model/limits.js";

/** Every setting of a process, checked and frozen. */
export interface Config {
  /** URL of the PostgreSQL to use; undefined starts an embedded one in `dataDirectory`. */
  readonly databaseUrl: string | undefined;
  /** URL of a pooler of the same database, through which requests connect; undefined for none. */
  readonly poolerUrl: string | undefined;
  /** Directory of the embedded PostgreSQL. */
  readonly dataDirectory: string;
  readonly host: string;
  readonly port: number;
  /** Folders under which the `importStudy` mutation may read. */
  readonly importRoots: readonly string[];
  /** The cache of the Hugging Face hub, from which addresses such as `hf://org/name` are read. */
  readonly hubCache: string;
  /** Number of worker processes of the server; with 0, other workers must run. */
  readonly workers: number;
  /** Compute threads of a worker, and the number of jobs that it runs at once. */
  readonly computeThreads: number;
  /** Threads of a server that derive results of large studies. */
  readonly derivationThreads: number;
  /** Memory that the open models of a worker may need, in bytes. */
  readonly modelBytes: number;
  /** Models that need more bytes in float32 are left to other workers. */
  readonly largestModelBytes: number;
  /** ONNX Runtime's execution provider; `auto` chooses by problem size among those available. */
  readonly provider: "auto" | "cpu" | "webgpu" | "cuda";
  /** Location of weight files: a folder, `in-place`, or `s3://bucket/prefix`. */
  readonly weights: string;
  /** URL of an S3-compatible server other than AWS. */
  readonly s3Endpoint: string | undefined;
  /** Region of the bucket; undefined leaves the choice to the AWS SDK. */
  readonly s3Region: string | undefined;
  /** Maximum wait of a query for results that are being computed, where the query gives none. */
  readonly waitMilliseconds: number;
  /** Maximum wait of a shell's completion for words from the store. */
  readonly completionMilliseconds: number;
  /** The port on `host` where an unsupervised worker serves its metrics; undefined for none. */
  readonly metricsPort: number | undefined;
  /** Whether spans are sent to an OpenTelemetry collector; the OTEL_* variables configure it. */
  readonly isTraced: boolean;
  /** Whether a server on loopback requires a token even before one exists. */
  readonly requireToken: boolean;
  /** Further host names of the server, with or without a port. */
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may read the server's answers. */
  readonly corsOrigins: readonly string[];
  /** Addresses and subnets of proxies whose X-Forwarded-Proto and X-Forwarded-For headers are trusted. */
  readonly trustedProxies: readonly string[];
  /** The limits of requests; see model/limits.ts. */
  readonly limits: Limits;
  /** Time between the deletion of a study or run and the removal of its rows. */
  readonly deleteGraceSeconds: number;
  /** Age at which entries of the audit log are removed. */
  readonly auditKeepSeconds: number;
  /** Time for which a stopping server still accepts requests while /readyz fails. */
  readonly drainMilliseconds: number;
  /** URL of the running server that commands query instead of opening a database; undefined for none. */
  readonly server: string | undefined;
  /** The bearer token for `server`. */
  readonly token: string | undefined;
  /** Whether terminal output must be plain: NO_COLOR is set, or the terminal has no escape sequences. */
  readonly plainOutput: boolean;
  /** Whether the locale uses UTF-8. */
  readonly utf8: boolean;
  readonly logLevel: "silent" | "error" | "warn" | "info" | "debug";
  /** The directory where the command was called; relative paths start here. */
  readonly directory: string;
  /** Whether npm runs the command through a shell, which does not pass signals on. */
  readonly underNpm: boolean;
}

const SECRET: ReadonlySet<string> = new Set(["DATABASE_URL", "RANKSCOPE_DIRECT_DATABASE_URL", "RANKSCOPE_TOKEN"]);

const postgresUrl = () => z.url({ protocol: /^postgres(ql)?$/ });
const whole = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum);

/** A list separated by commas; each item must match `form`. */
const list = (form: Pick<RegExp, "test">, allowed: string) =>
  z
    .string()
    .transform((text) => text.split(",").map((item) => item.trim()))
    .refine((items) => items.every((item) => form.test(item)), allowed);

/** Whether a text is an IP address, or a subnet as address and prefix length. */
function isAddressRange(text: string): boolean {
  const [address = "", prefix, ...rest] = text.split("/");
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return (
    bits > 0 && rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
  );
}

const Environment = z.object({
  DATABASE_URL: postgresUrl().optional(),
  RANKSCOPE_DIRECT_DATABASE_URL: postgresUrl().optional(),
  RANKSCOPE_DATA: z.string().default(".rankscope"),
  HOST: z.string().default("127.0.0.1"),
  PORT: whole(0, 65_535).default(4000),
  RANKSCOPE_IMPORT_ROOTS: z.string().default("."),
  HF_HUB_CACHE: z.string().optional(),
  HF_HOME: z.string().optional(),
  XDG_CACHE_HOME: z.string().optional(),
  RANKSCOPE_WORKERS: whole(0, 64).default(1),
  RANKSCOPE_COMPUTE_THREADS: whole(1, 256).default(2),
  RANKSCOPE_DERIVATION_THREADS: whole(1, 64).default(1),
  RANKSCOPE_MODEL_MEMORY_MB: whole(64, 16_777_216).optional(),
  RANKSCOPE_MODEL_SIZE_GB: whole(1, 1024).optional(),
  RANKSCOPE_PROVIDER: z.enum(["auto", "cpu", "webgpu", "cuda"]).default("auto"),
  RANKSCOPE_WEIGHTS: z.string().optional(),
  RANKSCOPE_S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  AWS_REGION: z.string().optional(),
  RANKSCOPE_WAIT_SECONDS: z.coerce.number().min(0).max(MAX_WAIT_SECONDS).default(10),
  RANKSCOPE_COMPLETION_SECONDS: z.coerce.number().min(0).max(MAX_WAIT_SECONDS).default(0.3),
  RANKSCOPE_METRICS_PORT: whole(0, 65_535).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal("http/protobuf").optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.literal("http/protobuf").optional(),
  OTEL_TRACES_EXPORTER: z.enum(["otlp", "none"]).optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
  RANKSCOPE_DELETE_GRACE: z
    .string()
    .refine((text) => parseDuration(text) !== undefined, DURATION_FORMS)
    .default("7d"),
  RANKSCOPE_AUDIT_KEEP: z
    .string()
    .refine((text) => (parseDuration(text) ?? 0) > 0, `${DURATION_FORMS}; more than 0`)
    .default("1y"),
  RANKSCOPE_DRAIN_SECONDS: z.coerce.number().min(0).max(300).default(0),
  RANKSCOPE_REQUIRE_TOKEN: z.enum(["0", "1"]).default("0"),
  RANKSCOPE_ALLOWED_HOSTS: list(/^[\w.-]+(:\d+)?$/, "names separated by commas, each with or without a port").default(
    [],
  ),
  RANKSCOPE_CORS_ORIGINS: list(/^https?:\/\/[\w.-]+(:\d+)?$/, "origins separated by commas: https://host:port").default(
    [],
  ),
  RANKSCOPE_TRUSTED_PROXIES: list(
    { test: isAddressRange },
    "IP addresses and subnets (10.0.0.0/8) separated by commas",
  ).default([]),
  RANKSCOPE_SERVER: z.url({ protocol: /^https?$/ }).optional(),
  RANKSCOPE_TOKEN: z
    .string()
    .regex(/^[A-Za-z0-9\-._~+/]+=*$/, "letters, digits and - . _ ~ + / = (RFC 6750)")
    .optional(),
  NO_COLOR: z.string().optional(),
  TERM: z.string().optional(),
  LC_ALL: z.string().optional(),
  LC_CTYPE: z.string().optional(),
  LANG: z.string().optional(),
  RANKSCOPE_LOG: z.enum(["silent", "error", "warn", "info", "debug"]).default("warn"),
});

/** The variables of the limits, from the table of limits. */
const LimitVariables = z.object(
  Object.fromEntries(
    Object.values(LIMITS).map(({ variable, value, minimum, maximum }) => [
      variable,
      whole(minimum, maximum).default(value),
    ]),
  ),
);

/**
 * Reads and checks the settings. Relative paths start at the directory where the command was called.
 *
 * @throws CONFIG_INVALID naming the first variable that is wrong
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  // npm runs scripts in the package's folder; INIT_CWD is the directory where npm was called.
  const directory = environment["INIT_CWD"] ?? process.cwd();
  // Shells and compose files pass an empty variable for a setting that is not set.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = Environment.and(LimitVariables).safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0]);
    // A database URL may contain a password, so its value is not shown, like that of a token.
    const received = SECRET.has(name) ? "a value that is not shown" : JSON.stringify(given[name]);
    throw failure("CONFIG_INVALID", { where: name, received, allowed: issue?.message, cause: parsed.error });
  }
  const env = parsed.data;
  const { RANKSCOPE_MODEL_MEMORY_MB: modelMegabytes, RANKSCOPE_MODEL_SIZE_GB: modelGibibytes } = env;
  const modelBytes = modelMegabytes === undefined ? Math.floor(totalmem() / 2) : modelMegabytes * 2 ** 20;
  return Object.freeze({
    databaseUrl: env.RANKSCOPE_DIRECT_DATABASE_URL ?? env.DATABASE_URL,
    poolerUrl: env.RANKSCOPE_DIRECT_DATABASE_URL === undefined ? undefined : env.DATABASE_URL,
    dataDirectory: resolve(directory, env.RANKSCOPE_DATA),
    host: env.HOST,
    port: env.PORT,
    importRoots: env.RANKSCOPE_IMPORT_ROOTS.split(",").map((root) => resolve(directory, root.trim())),
    hubCache: resolve(directory, env.HF_HUB_CACHE ?? join(env.HF_HOME ?? defaultHubHome(env.XDG_CACHE_HOME), "hub")),
    workers: env.RANKSCOPE_WORKERS,
    computeThreads: env.RANKSCOPE_COMPUTE_THREADS,
    derivationThreads: env.RANKSCOPE_DERIVATION_THREADS,
    modelBytes,
    largestModelBytes: modelGibibytes === undefined ? modelBytes : modelGibibytes * 2 ** 30,
    provider: env.RANKSCOPE_PROVIDER,
    weights: env.RANKSCOPE_WEIGHTS ?? resolve(directory, env.RANKSCOPE_DATA, "weights"),
    s3Endpoint: env.RANKSCOPE_S3_ENDPOINT,
    s3Region: env.AWS_REGION ?? (env.RANKSCOPE_S3_ENDPOINT === undefined ? undefined : "us-east-1"),
    waitMilliseconds: env.RANKSCOPE_WAIT_SECONDS * 1000,
    completionMilliseconds: env.RANKSCOPE_COMPLETION_SECONDS * 1000,
    metricsPort: env.RANKSCOPE_METRICS_PORT,
    isTraced:
      (env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT) !== undefined &&
      env.OTEL_TRACES_EXPORTER !== "none" &&
      env.OTEL_SDK_DISABLED?.toLowerCase() !== "true",
    requireToken: env.RANKSCOPE_REQUIRE_TOKEN === "1",
    allowedHosts: env.RANKSCOPE_ALLOWED_HOSTS,
    corsOrigins: env.RANKSCOPE_CORS_ORIGINS,
    trustedProxies: env.RANKSCOPE_TRUSTED_PROXIES,
    limits: limitsBy(({ variable }) => env[variable] as number),
    deleteGraceSeconds: parseDuration(env.RANKSCOPE_DELETE_GRACE) ?? DEFAULT_DELETE_GRACE_SECONDS,
    auditKeepSeconds: parseDuration(env.RANKSCOPE_AUDIT_KEEP) ?? DEFAULT_AUDIT_KEEP_SECONDS,
    drainMilliseconds: env.RANKSCOPE_DRAIN_SECONDS * 1000,
    server: env.RANKSCOPE_SERVER,
    token: env.RANKSCOPE_TOKEN,
    plainOutput: env.NO_COLOR !== undefined || env.TERM === "dumb",
    utf8: /utf-?8/i.test(env.LC_ALL ?? env.LC_CTYPE ?? env.LANG ?? ""),
    logLevel: env.RANKSCOPE_LOG,
    directory,
    underNpm: environment["npm_lifecycle_event"] !== undefined,
  });
}

/** Returns the folder that huggingface_hub uses without HF_HOME. */
function defaultHubHome(cacheHome = join(homedir(), ".cache")): string {
  return join(cacheHome, "huggingface");
}

/** Returns a line for each limit for the help: its variable, default and unit. */
export function limitLines(): string[] {
  return Object.values(LIMITS).map(({ variable, value, unit }) => `  ${variable.padEnd(29)} ${value} ${unit}`);
}

/** Returns the environment of a process of this program that uses the database at `url`. */
export function environmentFor(url: string, environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  // Workers serve no requests, so that they need no pooler.
  return { ...environment, DATABASE_URL: url, RANKSCOPE_DIRECT_DATABASE_URL: "" };
}

/**
 * Turns TF32 off for the CUDA libraries of this process and its child processes; they read the environment when they are
 * loaded. TF32 keeps 10 of the 23 mantissa bits of a float32, so its results must not be reported as float32.
 */
export function forbidTf32(environment: NodeJS.ProcessEnv = process.env): void {
  environment["NVIDIA_TF32_OVERRIDE"] = "0";
}
