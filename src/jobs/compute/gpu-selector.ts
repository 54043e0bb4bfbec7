import type { EngineOptions } from "../../compute/engine-types.js";
import { DEFAULT_BREAK_EVEN_FLOPS } from "../../compute/providers/break-even.js";
import { GPU_PROVIDERS, presentProviders } from "../../compute/providers/probe-provider.js";
import { stackFlops } from "../../compute/stack-flops.js";
import type { Provider } from "../../model/computed-facts.js";
import { FACT_KINDS } from "../fact-kinds/fact-kinds.js";
import type { ThreadLayer, ThreadTask } from "./compute-thread.js";

/**
 * Returns a function that tells whether a task is for the thread that may use a GPU. Providers are probed by the first task
 * that is large enough.
 */
export function openGpuSelector(
  { provider, breakEvenFlops }: Pick<EngineOptions, "provider" | "breakEvenFlops">,
  probe = presentProviders,
): (task: ThreadTask) => Promise<boolean> {
  let present: Promise<ReadonlySet<Provider>> | undefined;
  return async ({ kind, layers }) => {
    if (!FACT_KINDS[kind].usesGpu || provider === "cpu") return false;
    if (provider !== "auto") return true;
    const flops = layers.reduce((sum, layer) => sum + layerFlops(layer), 0);
    const faster = GPU_PROVIDERS.filter((gpu) => flops >= (breakEvenFlops[gpu] ?? DEFAULT_BREAK_EVEN_FLOPS));
    if (faster.length === 0) return false;
    present ??= probe();
    const working = await present;
    return faster.some((gpu) => working.has(gpu));
  };
}

function layerFlops({ members }: ThreadLayer): number {
  const locations = members.flatMap(({ location }) => location ?? []);
  const [first] = locations;
  if (first === undefined) return 0;
  const inFeatures = first.a.shape[1] ?? 0;
  const outFeatures = first.b.shape[0] ?? 0;
  return stackFlops({ ranks: locations.map(({ rank }) => rank), inFeatures, outFeatures });
}
