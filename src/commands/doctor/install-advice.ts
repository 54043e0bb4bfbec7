import type { Provider } from "../../model/computed-facts.js";

/** Returns how to install a provider on a platform (`linux-x64`); docs/gpu.md has the details. */
export function installAdvice(provider: Provider, platform: string): string {
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
