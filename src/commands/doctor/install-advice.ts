import type { Provider } from "../../model/computed-facts.js";

/** What brings a provider to this platform (`linux-x64`); docs/gpu.md says more. */
export function howToInstall(provider: Provider, platform: string): string {
  switch (provider) {
    case "cpu":
      return "Install the dependencies again (npm ci): ONNX Runtime's CPU provider is part of onnxruntime-node.";
    case "cuda":
      if (platform !== "linux-x64") return `onnxruntime-node has no CUDA for ${platform}; WebGPU uses the same GPU.`;
      return (
        "An NVIDIA driver, CUDA and cuDNN 9 where the loader finds them (LD_LIBRARY_PATH), and the provider's libraries: " +
        "ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js"
      );
    case "webgpu":
      if (!platform.startsWith("linux")) return "A driver of the GPU for Direct3D 12 or Metal; nothing else.";
      return (
        "Vulkan's loader and the driver's description of itself (ICD): apt-get install libvulkan1, and mesa-vulkan-drivers for " +
        "AMD and Intel; NVIDIA's driver brings its own, which VK_DRIVER_FILES can name where it is not in /etc or /usr/share."
      );
  }
}
