import { DEFAULT_CROSSING } from "../compute/default-crossing.js";
import type { EngineOptions } from "../compute/engine-types.js";
import type { Provider } from "../model/computed-facts.js";
import { GPU_PROVIDERS, presentProviders } from "../compute/providers.js";
import { stackFlops } from "../compute/stack-flops.js";
import type { ThreadLayer, ThreadTask } from "./compute-thread.js";

/** Tells whether a task is given to the thread that may use a GPU. Providers are tried out by the first task that is large enough. */
export function openGpuChoice(
  { provider, crossings }: Pick<EngineOptions, "provider" | "crossings">,
  findPresent = presentProviders,
): (task: ThreadTask) => Promise<boolean> {
  let present: Promise<ReadonlySet<Provider>> | undefined;
  return async ({ kind, layers }) => {
    // Everything else is small matrices, in float64.
    if (kind !== "COMPARISON" || provider === "cpu") return false;
    if (provider !== "auto") return true;
    const flops = layers.reduce((sum, layer) => sum + flopsOf(layer), 0);
    const faster = GPU_PROVIDERS.filter((one) => flops >= (crossings[one] ?? DEFAULT_CROSSING));
    if (faster.length === 0) return false;
    const there = await (present ??= findPresent());
    return faster.some((one) => there.has(one));
  };
}

function flopsOf({ members }: ThreadLayer): number {
  const places = members.flatMap(({ place }) => place ?? []);
  const [first] = places;
  if (first === undefined) return 0;
  const [inFeatures, outFeatures] = [first.a.shape[1] ?? 0, first.b.shape[0] ?? 0];
  return stackFlops({ ranks: places.map(({ rank }) => rank), inFeatures, outFeatures });
}
