import { withCallsUnderWay } from "./calls-under-way.js";
import { openDirectoryStore } from "./directory-store.js";
import { openInPlaceStore } from "./in-place-store.js";
import type { WeightStoreSettings } from "./settings.js";
import type { WeightStore } from "../model/weight-store.js";

/**
 * Opens the weight store that `settings` name. Nothing is read, written or connected to before it is used. Stores share
 * nothing: each process and each worker thread opens, and closes, its own.
 */
export async function openWeightStore(settings: WeightStoreSettings): Promise<WeightStore> {
  return withCallsUnderWay(await openStore(settings));
}

async function openStore(settings: WeightStoreSettings): Promise<WeightStore> {
  switch (settings.kind) {
    case "in-place":
      return openInPlaceStore();
    case "directory":
      return openDirectoryStore(settings.directory);
    case "s3": {
      // The AWS SDK takes a third of a second to load: only those wait for it who use it.
      const { openS3Store } = await import("./s3-store.js");
      return openS3Store(settings);
    }
  }
}
