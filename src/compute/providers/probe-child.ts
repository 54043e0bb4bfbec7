/** The entry of the process that tries a provider: it multiplies, checks the product, measures the speed, and ends. */

import { readdirSync, readFileSync } from "node:fs";
import type { Provider } from "../../model/computed-facts.js";
import type { Factors } from "../engine-types.js";
import type { ProbeResult } from "./probe-provider.js";

const RANK = 16;
const FEATURES = 256;
/** 268 MFLOP: 10 ms on one core and on any GPU, 200 ms to seconds on an emulated GPU. */
const TIMED = { members: 16, features: 1024, slowMilliseconds: 100 };
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
    const members = Array.from({ length: TIMED.members }, () => update(TIMED.features));
    // The first run of a size may compile shaders.
    await innerProducts(sessions, [members]);
    const start = performance.now();
    await innerProducts(sessions, [members]);
    const slow = performance.now() - start > TIMED.slowMilliseconds;
    return { device: deviceName(provider), slow, problem, runtime };
  } catch (error) {
    return { device: null, slow: false, problem: error instanceof Error ? error.message : String(error), runtime };
  }
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
