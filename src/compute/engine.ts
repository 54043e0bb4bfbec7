import { DEFAULT_CROSSING } from "./default-crossing.js";
import type { Engine, EngineOptions, LayerTask } from "./engine-types.js";
import type { PairFacts, Provider } from "../model/computed-facts.js";
import { pairFacts } from "./pair-facts.js";
import { presentProviders } from "./providers.js";
import { openSessions, type Sessions } from "./sessions.js";
import { stackFlops } from "./stack-flops.js";
import { spectrumFacts, subspaceFacts } from "./subspace-facts.js";

/** Elements of the factors that one run of a graph is given: the graph holds about eight times as many bytes as float64. */
const RUN_ELEMENTS = 2 * 2 ** 20;

/** Among those that are there, the first is taken. */
const PREFERENCE: readonly Provider[] = ["cuda", "webgpu"];

/** Opens an engine in the thread that calls it. Nothing is loaded onto a GPU before a problem is large enough for it. */
export function openEngine(options: EngineOptions): Engine {
  const cpu = openSessions("cpu", options.cpuThreads);
  const opened = new Map<Provider, Sessions>([["cpu", cpu]]);
  const failures = new Map<Provider, string>();
  let present: Promise<ReadonlySet<Provider>> | undefined;

  /** The provider for a run of this size, leaving out those that have failed. */
  async function choose(flops: number): Promise<Provider> {
    const { provider, crossings } = options;
    if (provider !== "auto") return failures.has(provider) ? "cpu" : provider;
    const faster = PREFERENCE.filter((one) => flops >= (crossings[one] ?? DEFAULT_CROSSING) && !failures.has(one));
    if (faster.length === 0) return "cpu";
    const there = await (present ??= presentProviders());
    return faster.find((one) => there.has(one)) ?? "cpu";
  }

  const sessionsOf = (provider: Provider) => {
    const sessions = opened.get(provider) ?? openSessions(provider, options.cpuThreads);
    opened.set(provider, sessions);
    return sessions;
  };
  const failed = () => (failures.size === 0 ? null : [...failures].map(([name, why]) => `${name}: ${why}`).join("; "));

  async function run(layers: readonly LayerTask[]): Promise<PairFacts[][]> {
    const provider = await choose(flopsOf(layers));
    if (provider === "cpu") return pairFacts(cpu, cpu, layers, failed());
    try {
      return await pairFacts(sessionsOf(provider), cpu, layers, failed());
    } catch (error) {
      // It is not tried again by this engine: a device that is lost or out of memory fails every time, slowly.
      failures.set(provider, error instanceof Error ? error.message : String(error));
      return pairFacts(cpu, cpu, layers, failed());
    }
  }

  return {
    comparePairs: (layers) => inRuns(layers, run),
    compareSubspaces: (layers) => inRuns(layers, (some) => subspaceFacts(cpu, some)),
    async spectra(members) {
      const facts = await inRuns(
        members.map((member): LayerTask => ({ members: [member], pairs: [] })),
        async (some) =>
          (
            await spectrumFacts(
              cpu,
              some.flatMap((layer) => layer.members),
            )
          ).map((one) => [one]),
      );
      return facts.flat();
    },
    async close() {
      await Promise.all([...opened.values()].map((sessions) => sessions.close()));
    },
  };
}

/** Splits layers into runs of one number of members, bounded in memory, and puts the answers back in order. */
async function inRuns<Facts>(
  layers: readonly LayerTask[],
  run: (layers: readonly LayerTask[]) => Promise<Facts[][]>,
): Promise<Facts[][]> {
  const runs: { places: number[]; layers: LayerTask[]; elements: number; kind: string }[] = [];
  layers.forEach((layer, place) => {
    if (layer.members.length === 0) return;
    const elements = layer.members.reduce((sum, { a, b }) => sum + a.length + b.length, 0);
    // Ranks are padded to the largest of a run: equal ones are kept together.
    const kind = layer.members.map(({ rank }) => rank).join(" ");
    const open = runs.findLast((one) => one.kind === kind);
    if (open === undefined || open.elements + elements > RUN_ELEMENTS) {
      runs.push({ places: [place], layers: [layer], elements, kind });
    } else {
      open.places.push(place);
      open.layers.push(layer);
      open.elements += elements;
    }
  });
  const facts: Facts[][] = layers.map(() => []);
  for (const { places, layers: some } of runs) {
    const found = await run(some);
    places.forEach((place, i) => {
      facts[place] = found[i] ?? [];
    });
  }
  return facts;
}

function flopsOf(layers: readonly LayerTask[]): number {
  return layers.reduce((sum, { members: [first, ...others] }) => {
    if (first === undefined) return sum;
    return sum + stackFlops({ ...first, ranks: [first, ...others].map(({ rank }) => rank) });
  }, 0);
}
