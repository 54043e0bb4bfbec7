import { existsSync } from "node:fs";

/** Where chromium packages, such as Debian's, install the ICD file of the Vulkan driver that runs on the CPU. */
const DRIVERS = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib/chromium-browser/vk_swiftshader_icd.json",
  "/opt/google/chrome/vk_swiftshader_icd.json",
];
/** The Vulkan loader. */
const LOADERS = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"].map(
  (folder) => `${folder}/libvulkan.so.1`,
);

/** Environment in which WebGPU runs on SwiftShader: the real code path on a machine without a GPU. */
export function swiftShader(): Record<string, string> {
  return onlyDriver(DRIVERS.find(existsSync) ?? "");
}

/** Environment in which Vulkan has no driver, even if one is installed. */
export function noVulkan(): Record<string, string> {
  return onlyDriver("/no/such/driver.json");
}

/** Older loaders support only the first name. */
const onlyDriver = (file: string) => ({ VK_ICD_FILENAMES: file, VK_DRIVER_FILES: file });

/**
 * Returns why tests on SwiftShader are skipped; undefined if they can run.
 *
 * @throws in CI if it is missing, because skipped tests would hide a broken provider
 */
export function missingSwiftShader(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  if (DRIVERS.some(existsSync) && LOADERS.some(existsSync)) return undefined;
  const cure = "install it (Debian: apt-get install chromium libvulkan1)";
  if (environment["CI"] === "true") throw new Error(`tests of WebGPU need SwiftShader and Vulkan's loader: ${cure}`);
  return `skipped: SwiftShader or Vulkan's loader was not found; ${cure}`;
}
