/** The entry of the process that tries a provider: it multiplies, checks the product, measures the speed, and ends. */

import { readdirSync, readFileSync } from "node:fs";
import type { Provider } from "../../model/computed-facts.js";
import type { Factors } from "../engine-types.js";
import type { ProbeResult } from "./probe-provider.js";

const RANK = 16;
const FEATURES = 256;
/**
 * Updates of a layer of 1024 x 1024 whose products are timed, up to 268 MFLOP: 10 ms on one core and on any GPU, 200 ms to seconds
 * on an emulated GPU, where the first size takes too long already.
 */
const TIMED = { members: [4, 16], features: 1024, slowMilliseconds: 100 };
/** A float32 value that formats with fewer digits (TF32, float16, bfloat16) round to 1. */
const WEIGHT = 1 + 2 ** -12;
/** float32 stays below; TF32 is off by 1e-3. */
const MAX_ERROR = 1e-5;

const NVIDIA_GPUS = "/proc/driver/nvidia/gpus";

/** Vulkan drivers by the library that the loader maps. */
const VULKAN_DRIVERS: readonly { readonly library: RegExp; readonly device: string }[] = [
  { library: /libvk_swiftshader/, device: "SwiftShader, which runs on the CPU" },
  { library: /libvulkan_radeon|amdvlk/, device: "an AMD GPU" },
  { library: /libvulkan_intel/, device: "an Intel GPU" },
  { library: /libvulkan_lvp/, device: "llvmpipe, which runs on the CPU" },
];

async function probe(provider: Provider): Promise<ProbeResult> {
  let runtime: string | null = null;
  try {
    // Imported here, so that a runtime that cannot be loaded is reported too.
    const { env } = await import("onnxruntime-node");
    runtime = env.versions.node ?? env.versions.common;
    const { innerProducts } = await import("../facts/inner-products.js");
    const { openSessions } = await import("../onnx/sessions.js");
    const sessions = openSessions(provider, 1);
    const [gram] = await innerProducts(sessions, [[update(FEATURES), update(FEATURES)]]);
    const problem = checkProduct(gram?.updates[1] ?? NaN);
    const multiply = (members: number) =>
      innerProducts(sessions, [Array.from({ length: members }, () => update(TIMED.features))]);
    const slow = await isSlow(multiply);
    return { device: deviceName(provider), slow, problem, runtime };
  } catch (error) {
    return { device: null, slow: false, problem: error instanceof Error ? error.message : String(error), runtime };
  }
}

/** A size that takes too long makes the provider slow: a larger one would take longer. */
async function isSlow(multiply: (members: number) => Promise<unknown>): Promise<boolean> {
  for (const members of TIMED.members) {
    // The first run of a size may compile shaders.
    await multiply(members);
    const start = performance.now();
    await multiply(members);
    if (performance.now() - start > TIMED.slowMilliseconds) return true;
  }
  return false;
}

/** Returns what is wrong with the inner product of two probe updates; null where it is right. */
function checkProduct(product: number): string | null {
  const expected = (RANK * FEATURES * WEIGHT ** 2) ** 2;
  if (Math.abs(product / expected - 1) < MAX_ERROR) return null;
  return `its products are wrong, or have fewer digits than float32: ${product} instead of ${expected}`;
}

function update(features: number): Factors {
  const values = () => new Float32Array(RANK * features).fill(WEIGHT);
  return { rank: RANK, inFeatures: features, outFeatures: features, a: values(), b: values() };
}

/**
 * Returns the device of a provider that has an open session in this process. ONNX Runtime does not name it, so it is read
 * from the drivers that Linux has loaded. Returns null where they do not identify it.
 */
function deviceName(provider: Provider): string | null {
  if (provider === "cpu") return null;
  const maps = readText("/proc/self/maps") ?? "";
  // The loader maps every installed Vulkan driver; ONNX Runtime requests the fastest device.
  if (provider === "cuda" || /libGLX_nvidia|libnvidia-/.test(maps)) return nvidiaName();
  const loaded = VULKAN_DRIVERS.filter(({ library }) => library.test(maps));
  return loaded.length === 1 ? (loaded[0]?.device ?? null) : null;
}

function nvidiaName(): string | null {
  const names = listFolder(NVIDIA_GPUS).map(
    (gpu) => /^Model:\s*(.+)$/m.exec(readText(`${NVIDIA_GPUS}/${gpu}/information`) ?? "")?.[1] ?? "an NVIDIA GPU",
  );
  return names.length === 0 ? null : [...new Set(names)].join(", ");
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const result = await probe(process.argv[2] as Provider);
process.send?.(result, () => process.exit(0));
