import type { Provider } from "../model/computed-facts.js";
import type { Engine, EngineOptions, LayerTask, PairKernel, UpdateKernel } from "./engine-types.js";
import { openSessions, type Sessions } from "./onnx/sessions.js";
import { DEFAULT_BREAK_EVEN_FLOPS } from "./providers/break-even.js";
import { presentProviders } from "./providers/probe-provider.js";
import { stackFlops } from "./stack-flops.js";

/** Elements of the factors that one run of a graph takes: the graph needs about eight times as many bytes in float64. */
const MAX_RUN_ELEMENTS = 2 * 2 ** 20;

/** GPU providers, the preferred one first. */
const PREFERENCE: readonly Provider[] = ["cuda", "webgpu"];

/** Opens an engine in the calling thread. No GPU is used before a problem is large enough for it. */
export function openEngine(options: EngineOptions): Engine {
  const cpu = openSessions("cpu", options.cpuThreads);
  const opened = new Map<Provider, Sessions>([["cpu", cpu]]);
  const failures = new Map<Provider, string>();
  let present: Promise<ReadonlySet<Provider>> | undefined;

  /** Selects the provider for a run of this size, without those that have failed. */
  async function select(flops: number): Promise<Provider> {
    const { provider, breakEvenFlops } = options;
    if (provider !== "auto") return failures.has(provider) ? "cpu" : provider;
    const faster = PREFERENCE.filter(
      (gpu) => flops >= (breakEvenFlops[gpu] ?? DEFAULT_BREAK_EVEN_FLOPS) && !failures.has(gpu),
    );
    if (faster.length === 0) return "cpu";
    present ??= presentProviders();
    const working = await present;
    return faster.find((gpu) => working.has(gpu)) ?? "cpu";
  }

  function sessionsOf(provider: Provider): Sessions {
    const sessions = opened.get(provider) ?? openSessions(provider, options.cpuThreads);
    opened.set(provider, sessions);
    return sessions;
  }

  function fallback(): string | null {
    if (failures.size === 0) return null;
    return [...failures].map(([provider, reason]) => `${provider}: ${reason}`).join("; ");
  }

  async function runPairs<Facts>(kernel: PairKernel<Facts>, layers: readonly LayerTask[]): Promise<Facts[][]> {
    const provider = await select(totalFlops(layers));
    try {
      return await kernel(layers, { selected: sessionsOf(provider), cpu, fallback: fallback() });
    } catch (error) {
      if (provider === "cpu") throw error;
      // This engine does not try it again: a device that is lost or out of memory fails every time, slowly.
      failures.set(provider, error instanceof Error ? error.message : String(error));
      return kernel(layers, { selected: cpu, cpu, fallback: fallback() });
    }
  }

  return {
    comparePairs: (kernel, layers) => inRuns(layers, (run) => runPairs(kernel, run)),
    describeUpdates: (kernel, layers) => describeUpdates(kernel, layers, cpu),
    async close() {
      await Promise.all([...opened.values()].map((sessions) => sessions.close()));
    },
  };
}

/** Each update is a layer by itself: its facts need no products with the other members. */
async function describeUpdates<Facts>(
  kernel: UpdateKernel<Facts>,
  layers: readonly LayerTask[],
  cpu: Sessions,
): Promise<Facts[][]> {
  const updates = layers.flatMap(({ members }) =>
    members.map((member): LayerTask => ({ members: [member], pairs: [] })),
  );
  const described = await inRuns(updates, async (run) => {
    const facts = await kernel(
      run.flatMap(({ members }) => members),
      cpu,
    );
    return facts.map((one) => [one]);
  });
  const facts = described.flat();
  let first = 0;
  return layers.map(({ members, pairs }) => {
    const ofMembers = facts.slice(first, first + members.length);
    first += members.length;
    return pairs.flatMap(({ left }) => ofMembers[left] ?? []);
  });
}

/** Layers that are computed in one run. */
interface Run {
  /** The ranks of each layer's members: a run pads ranks to its largest, so that layers of equal ranks are run together. */
  readonly ranks: string;
  /** The positions of the layers among all layers. */
  readonly positions: number[];
  readonly layers: LayerTask[];
  elements: number;
}

/** Splits layers into runs of one number of members, bounded in memory, and returns the results in the layers' order. */
async function inRuns<Facts>(
  layers: readonly LayerTask[],
  compute: (layers: readonly LayerTask[]) => Promise<Facts[][]>,
): Promise<Facts[][]> {
  const facts: Facts[][] = layers.map(() => []);
  for (const run of runsOf(layers)) {
    const computed = await compute(run.layers);
    run.positions.forEach((position, i) => {
      facts[position] = computed[i] ?? [];
    });
  }
  return facts;
}

function runsOf(layers: readonly LayerTask[]): Run[] {
  const runs: Run[] = [];
  layers.forEach((layer, position) => {
    if (layer.members.length === 0) return;
    const elements = layer.members.reduce((sum, { a, b }) => sum + a.length + b.length, 0);
    const ranks = layer.members.map(({ rank }) => rank).join(" ");
    const open = runs.findLast((run) => run.ranks === ranks);
    if (open === undefined || open.elements + elements > MAX_RUN_ELEMENTS) {
      runs.push({ ranks, positions: [position], layers: [layer], elements });
    } else {
      open.positions.push(position);
      open.layers.push(layer);
      open.elements += elements;
    }
  });
  return runs;
}

function totalFlops(layers: readonly LayerTask[]): number {
  return layers.reduce((sum, { members }) => {
    const [first] = members;
    if (first === undefined) return sum;
    const { inFeatures, outFeatures } = first;
    return sum + stackFlops({ ranks: members.map(({ rank }) => rank), inFeatures, outFeatures });
  }, 0);
}
