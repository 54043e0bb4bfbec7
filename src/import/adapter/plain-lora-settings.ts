import type { AdapterSettings } from "../../model/records.js";

/** Returns the settings of LoRA with alpha / r and PEFT's defaults, with the given ones instead. */
export function plainLoraSettings(
  given: Pick<AdapterSettings, "r" | "loraAlpha"> & Partial<AdapterSettings>,
): AdapterSettings {
  return {
    useRslora: false,
    useDora: false,
    fanInFanOut: false,
    loraDropout: 0,
    bias: "none",
    targetModules: [],
    rankPattern: {},
    alphaPattern: {},
    initLoraWeights: "true",
    modulesToSave: [],
    loraBias: false,
    revision: null,
    taskType: null,
    ...given,
  };
}
