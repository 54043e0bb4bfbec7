import { readdirSync, readFileSync } from "node:fs";
import type { Provider } from "../model/computed-facts.js";

const NVIDIA = "/proc/driver/nvidia/gpus";
/** Vulkan drivers by the library that the loader maps; a CPU that plays a GPU is told from a GPU. */
const DRIVERS: readonly (readonly [RegExp, string])[] = [
  [/libvk_swiftshader/, "SwiftShader, which runs on the CPU"],
  [/libvulkan_radeon|amdvlk/, "an AMD GPU"],
  [/libvulkan_intel/, "an Intel GPU"],
  [/libvulkan_lvp/, "llvmpipe, which runs on the CPU"],
];

/**
 * What the provider runs on in this process, where a session of it is open: ONNX Runtime does not tell, but Linux does
 * which drivers are loaded. Null where that does not settle it.
 */
export function deviceName(provider: Provider): string | null {
  if (provider === "cpu") return null;
  const maps = read("/proc/self/maps") ?? "";
  // The loader maps every Vulkan driver that is installed; ONNX Runtime asks for the fastest device.
  if (provider === "cuda" || /libGLX_nvidia|libnvidia-/.test(maps)) return nvidiaName();
  const loaded = DRIVERS.filter(([library]) => library.test(maps));
  return loaded.length === 1 ? (loaded[0]?.[1] ?? null) : null;
}

function nvidiaName(): string | null {
  const names = list(NVIDIA).map(
    (gpu) => /^Model:\s*(.+)$/m.exec(read(`${NVIDIA}/${gpu}/information`) ?? "")?.[1] ?? "an NVIDIA GPU",
  );
  return names.length === 0 ? null : [...new Set(names)].join(", ");
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
