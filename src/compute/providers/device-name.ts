import { readdirSync, readFileSync } from "node:fs";
import type { Provider } from "../../model/computed-facts.js";

const NVIDIA_GPUS = "/proc/driver/nvidia/gpus";

/** Vulkan drivers by the library that the loader maps. */
const VULKAN_DRIVERS: readonly { readonly library: RegExp; readonly device: string }[] = [
  { library: /libvk_swiftshader/, device: "SwiftShader, which runs on the CPU" },
  { library: /libvulkan_radeon|amdvlk/, device: "an AMD GPU" },
  { library: /libvulkan_intel/, device: "an Intel GPU" },
  { library: /libvulkan_lvp/, device: "llvmpipe, which runs on the CPU" },
];

/**
 * Returns the device of a provider that has an open session in this process. ONNX Runtime does not name it, so it is read
 * from the drivers that Linux has loaded. Null where these do not tell.
 */
export function deviceName(provider: Provider): string | null {
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
