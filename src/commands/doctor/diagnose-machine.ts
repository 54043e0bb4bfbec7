import { access, constants, stat } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { DEFAULT_BREAK_EVEN_FLOPS } from "../../compute/providers/break-even.js";
import { GPU_PROVIDERS, probeProvider, type ProviderReport } from "../../compute/providers/probe-provider.js";
import type { Config } from "../../config.js";
import { RankscopeError } from "../../errors.js";
import { KERNEL_VERSION, type Provider } from "../../model/computed-facts.js";
import { findCrossings } from "../../store/calibrations.js";
import { findBinaries } from "../../store/embedded/binaries.js";
import { countWorkers } from "../../store/queue/workers.js";
import { openWorkerStore, type WorkerStore } from "../../store/worker-store.js";
import { openWeightStore } from "../../weights/open-weight-store.js";
import { packageVersion } from "../process.js";
import { weightSettings } from "../weight-settings.js";

/** The settings, services and compute providers of this machine, and the problems that prevent Rankscope from running. */
export interface MachineDiagnosis {
  /** True if `problems` is empty. */
  readonly works: boolean;
  readonly problems: readonly string[];
  readonly versions: {
    readonly rankscope: string;
    readonly node: string;
    /** null if ONNX Runtime cannot be loaded. */
    readonly onnxruntime: string | null;
    readonly kernel: number;
    readonly platform: string;
  };
  readonly database: DatabaseState;
  readonly weights: { readonly setting: string; readonly problem: string | null };
  /** Value of RANKSCOPE_PROVIDER. */
  readonly provider: Config["provider"];
  readonly providers: readonly DiagnosedProvider[];
}

export interface DatabaseState {
  /** Host and database name without user and password, or the data directory of the embedded PostgreSQL. */
  readonly where: string;
  readonly state: "READY" | "NOT_RUNNING" | "NOT_MIGRATED" | "UNREACHABLE";
  /** Explanation of the state and how to fix it; null if nothing needs to be done. */
  readonly detail: string | null;
  /** Number of live workers; null if the database cannot be queried. */
  readonly workers: number | null;
}

export interface DiagnosedProvider extends Omit<ProviderReport, "runtime"> {
  readonly precision: "float32" | "float64";
  /**
   * Number of floating-point operations from which the provider is used; `flops` is null if it was slower than the CPU at every
   * measured size. null for the CPU itself.
   */
  readonly crossing: { readonly flops: number | null; readonly source: "measured" | "default" } | null;
  /** Install advice; null if the provider is present. */
  readonly install: string | null;
}

/**
 * Checks the database, the weight store and the compute providers that a server or worker with these settings would use. Starts
 * one short-lived process per provider, and nothing else.
 */
export async function diagnoseMachine(config: Config, store: WorkerStore | RankscopeError): Promise<MachineDiagnosis> {
  const [database, weightProblem, reports, crossings] = await Promise.all([
    diagnoseDatabase(config, store),
    findWeightProblem(config),
    Promise.all((["cpu", ...GPU_PROVIDERS] as const).map(probeProvider)),
    storedCrossings(store),
  ]);
  const providers = reports.map((report) => diagnoseProvider(report, crossings));
  const cpu = reports.find(({ provider }) => provider === "cpu");
  const configured = providers.find(({ provider }) => provider === config.provider);
  const problems: string[] = [];
  if (database.state === "UNREACHABLE") problems.push(`database: ${database.detail}`);
  if (weightProblem !== null) problems.push(`weights: ${weightProblem}`);
  if (cpu?.problem != null) problems.push(`ONNX Runtime on the CPU: ${cpu.problem}`);
  if (configured !== undefined && !configured.present && configured.provider !== "cpu") {
    problems.push(
      `RANKSCOPE_PROVIDER is ${configured.provider}, which is not available; the CPU would be used instead`,
    );
  }
  return {
    works: problems.length === 0,
    problems,
    versions: {
      rankscope: packageVersion(),
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

/** Opens the database that a worker would use, without starting or migrating it. Returns the error if it cannot be opened. */
export async function openExistingStore(config: Config): Promise<WorkerStore | RankscopeError> {
  try {
    return await openWorkerStore(config);
  } catch (error) {
    if (error instanceof RankscopeError) return error;
    throw error;
  }
}

async function diagnoseDatabase(
  { databaseUrl, dataDirectory }: Config,
  store: WorkerStore | RankscopeError,
): Promise<DatabaseState> {
  const where = databaseUrl === undefined ? dataDirectory : hostAndDatabase(databaseUrl);
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
  const detail = "no server is running on this data directory; start the embedded PostgreSQL with `rankscope serve`";
  return { where, state: "NOT_RUNNING", detail, workers: null };
}

function hostAndDatabase(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** Reads a file that does not exist from the weight store. The store works if it reports that the file is missing. */
async function findWeightProblem(config: Config): Promise<string | null> {
  const settings = weightSettings(config);
  if (settings.kind === "directory") return findDirectoryProblem(settings.directory);
  const weights = await openWeightStore(settings);
  const missingFile = path.join(path.parse(config.directory).root, "rankscope-doctor", "no-such-file");
  try {
    await weights.read({ hash: "0".repeat(64), size: 1, path: missingFile }, 0, 1);
    return null;
  } catch (error) {
    if (!(error instanceof RankscopeError)) throw error;
    return error.code === "WEIGHTS_MISSING" ? null : error.message;
  } finally {
    await weights.close();
  }
}

/**
 * Returns why the weight directory cannot be written to, or null if it can. The directory is created with the first file, so
 * its nearest existing ancestor is checked where it does not exist yet.
 */
async function findDirectoryProblem(directory: string): Promise<string | null> {
  let existing = directory;
  for (;;) {
    try {
      if (!(await stat(existing)).isDirectory()) return `${existing} is not a directory`;
      await access(existing, constants.W_OK);
      return null;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" || path.dirname(existing) === existing) return `${directory} is not writable: ${message}`;
      existing = path.dirname(existing);
    }
  }
}

/** Returns the providers of a diagnosis with the crossings that are stored now. They are not tried again. */
export async function withStoredCrossings(
  providers: readonly DiagnosedProvider[],
  store: WorkerStore | RankscopeError,
): Promise<DiagnosedProvider[]> {
  const crossings = await storedCrossings(store);
  return providers.map((one) => ({ ...one, crossing: crossingOf(one.provider, crossings) }));
}

type Crossings = Partial<Record<Provider, number>>;

async function storedCrossings(store: WorkerStore | RankscopeError): Promise<Crossings> {
  return store instanceof RankscopeError ? {} : findCrossings(store.connection, hostname(), KERNEL_VERSION);
}

function crossingOf(provider: Provider, crossings: Crossings): DiagnosedProvider["crossing"] {
  if (provider === "cpu") return null;
  const measured = crossings[provider];
  const flops = measured === Infinity ? null : (measured ?? DEFAULT_BREAK_EVEN_FLOPS);
  return { flops, source: measured === undefined ? "default" : "measured" };
}

function diagnoseProvider({ runtime: _, ...report }: ProviderReport, crossings: Crossings): DiagnosedProvider {
  const { provider, present } = report;
  return {
    ...report,
    precision: provider === "cpu" ? "float64" : "float32",
    crossing: crossingOf(provider, crossings),
    install: present ? null : installAdvice(provider, `${process.platform}-${process.arch}`),
  };
}

/** Returns how to install a provider on a platform (`linux-x64`); docs/gpu.md has the details. */
function installAdvice(provider: Provider, platform: string): string {
  switch (provider) {
    case "cpu":
      return "Run npm ci again: the CPU provider is part of onnxruntime-node.";
    case "cuda":
      if (platform !== "linux-x64")
        return `onnxruntime-node does not support CUDA on ${platform}. WebGPU can use the same GPU.`;
      return (
        "Install an NVIDIA driver, CUDA and cuDNN 9, put their libraries on LD_LIBRARY_PATH, and install the provider's libraries: " +
        "ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js"
      );
    case "webgpu":
      if (!platform.startsWith("linux")) return "Install a GPU driver that supports Direct3D 12 or Metal.";
      return (
        "Install the Vulkan loader (apt-get install libvulkan1) and a Vulkan driver (ICD): mesa-vulkan-drivers for " +
        "AMD and Intel; the NVIDIA driver includes its own. Set VK_DRIVER_FILES if the ICD file is not in /etc or /usr/share."
      );
  }
}
