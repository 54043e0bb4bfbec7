import { access, constants, stat } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { DEFAULT_BREAK_EVEN_FLOPS } from "../../compute/providers/break-even.js";
import type { Provider } from "../../model/computed-facts.js";
import { KERNEL_VERSION } from "../../model/computed-facts.js";
import { GPU_PROVIDERS, probeProvider, type ProviderReport } from "../../compute/providers/probe-provider.js";
import type { Config } from "../../config.js";
import { RankscopeError } from "../../errors.js";
import { findCrossings } from "../../store/calibrations.js";
import { findBinaries } from "../../store/embedded/binaries.js";
import { countWorkers } from "../../store/queue/workers.js";
import { openWorkerStore, type WorkerStore } from "../../store/worker-store.js";
import { openWeightStore } from "../../weights/open-weight-store.js";
import { howToInstall } from "./install-advice.js";
import { ownVersion } from "../own-version.js";
import { weightSettings } from "../weight-settings.js";

/** What this machine has to work with. */
export interface Examination {
  /** False where something in `problems` keeps it from working. */
  readonly works: boolean;
  readonly problems: readonly string[];
  readonly versions: {
    readonly rankscope: string;
    readonly node: string;
    /** null where it could not be loaded. */
    readonly onnxruntime: string | null;
    readonly kernel: number;
    readonly platform: string;
  };
  readonly database: DatabaseState;
  readonly weights: { readonly setting: string; readonly problem: string | null };
  /** RANKSCOPE_PROVIDER */
  readonly provider: Config["provider"];
  readonly providers: readonly ExaminedProvider[];
}

export interface DatabaseState {
  /** Host and database, never the password; or the data directory. */
  readonly where: string;
  readonly state: "READY" | "NOT_RUNNING" | "NOT_MIGRATED" | "UNREACHABLE";
  /** What the state means here, and what to do; null where nothing is to be done. */
  readonly detail: string | null;
  /** How many are alive; null where the database cannot be asked. */
  readonly workers: number | null;
}

export interface ExaminedProvider extends Omit<ProviderReport, "runtime"> {
  readonly precision: "float32" | "float64";
  /** Floating-point operations from which it is used; null: never, it was slower at every measured size. Not of the CPU. */
  readonly crossing: { readonly flops: number | null; readonly source: "measured" | "default" } | null;
  /** What to install; null where it is present. */
  readonly install: string | null;
}

/** Looks at everything that a server or worker with these settings would use. Starts nothing but probing processes. */
export async function examine(config: Config, store: WorkerStore | RankscopeError): Promise<Examination> {
  const [database, weightProblem, reports, crossings] = await Promise.all([
    databaseState(config, store),
    problemOfWeights(config),
    Promise.all((["cpu", ...GPU_PROVIDERS] as const).map(probeProvider)),
    store instanceof RankscopeError ? {} : findCrossings(store.connection, hostname(), KERNEL_VERSION),
  ]);
  const providers = reports.map((report) => examined(report, crossings));
  const cpu = reports.find(({ provider }) => provider === "cpu");
  const chosen = providers.find(({ provider }) => provider === config.provider);
  const problems = [
    ...(database.state === "UNREACHABLE" ? [`database: ${database.detail}`] : []),
    ...(weightProblem === null ? [] : [`weights: ${weightProblem}`]),
    ...(cpu?.problem == null ? [] : [`ONNX Runtime on the CPU: ${cpu.problem}`]),
    ...(chosen === undefined || chosen.present || chosen.provider === "cpu"
      ? []
      : [`RANKSCOPE_PROVIDER asks for ${chosen.provider}, which is not there: everything would fall back to the CPU`]),
  ];
  return {
    works: problems.length === 0,
    problems,
    versions: {
      rankscope: ownVersion(),
      node: process.version,
      onnxruntime: cpu?.runtime ?? null,
      kernel: KERNEL_VERSION,
      platform: `${process.platform}-${process.arch}`,
    },
    database,
    weights: { setting: config.weights, problem: weightProblem },
    provider: config.provider,
    providers,
  };
}

/** The database that a worker would use, or why there is none. Close it. */
export async function openExisting(config: Config): Promise<WorkerStore | RankscopeError> {
  try {
    return await openWorkerStore(config);
  } catch (error) {
    if (error instanceof RankscopeError) return error;
    throw error;
  }
}

async function databaseState(
  { databaseUrl, dataDirectory }: Config,
  store: WorkerStore | RankscopeError,
): Promise<DatabaseState> {
  const where = databaseUrl === undefined ? dataDirectory : withoutUser(databaseUrl);
  if (!(store instanceof RankscopeError)) {
    return { where, state: "READY", detail: null, workers: await countWorkers(store.connection) };
  }
  if (store.code === "MIGRATION_PENDING") return { where, state: "NOT_MIGRATED", detail: store.message, workers: null };
  if (store.code !== "NO_SERVER") return { where, state: "UNREACHABLE", detail: store.message, workers: null };
  try {
    await findBinaries();
  } catch (error) {
    return { where, state: "UNREACHABLE", detail: (error as Error).message, workers: null };
  }
  const detail = "no server runs on this data directory; `rankscope serve` starts the embedded PostgreSQL";
  return { where, state: "NOT_RUNNING", detail, workers: null };
}

function withoutUser(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** Asks the weight store for a file that nobody has: only a store that works can say that it is not there. */
async function problemOfWeights(config: Config): Promise<string | null> {
  const settings = weightSettings(config);
  if (settings.kind === "directory") return problemOfDirectory(settings.directory);
  const weights = await openWeightStore(settings);
  const nowhere = path.join(path.parse(config.directory).root, "rankscope-doctor", "no-such-file");
  try {
    await weights.read({ hash: "0".repeat(64), size: 1, path: nowhere }, 0, 1);
    return null;
  } catch (error) {
    if (!(error instanceof RankscopeError)) throw error;
    return error.code === "WEIGHTS_MISSING" ? null : error.message;
  } finally {
    await weights.close();
  }
}

/** It is made when the first file is kept: what counts is whether it can be written to, or made. */
async function problemOfDirectory(directory: string): Promise<string | null> {
  let place = directory;
  for (;;) {
    try {
      if (!(await stat(place)).isDirectory()) return `${place} is not a directory`;
      await access(place, constants.W_OK);
      return null;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" || path.dirname(place) === place) return `${directory} cannot be written to: ${message}`;
      place = path.dirname(place);
    }
  }
}

function examined(
  { runtime: _, ...report }: ProviderReport,
  crossings: Partial<Record<Provider, number>>,
): ExaminedProvider {
  const { provider, present } = report;
  const measured = crossings[provider];
  const flops = measured === Infinity ? null : (measured ?? DEFAULT_BREAK_EVEN_FLOPS);
  return {
    ...report,
    precision: provider === "cpu" ? "float64" : "float32",
    crossing: provider === "cpu" ? null : { flops, source: measured === undefined ? "default" : "measured" },
    install: present ? null : howToInstall(provider, `${process.platform}-${process.arch}`),
  };
}
