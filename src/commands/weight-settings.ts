import type { Config } from "../config.js";
import { parseWeightStoreSettings, type WeightStoreSettings } from "../weights/settings.js";

/** Returns the settings of the weight store. @throws CONFIG_INVALID */
export function weightSettings({ weights, s3Endpoint, s3Region, directory }: Config): WeightStoreSettings {
  return parseWeightStoreSettings(weights, {
    name: "RANKSCOPE_WEIGHTS",
    from: directory,
    access: { endpoint: s3Endpoint, region: s3Region },
  });
}
