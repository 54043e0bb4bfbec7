import { openComparisons } from "../jobs/comparisons.js";
import { openImportJobs } from "../jobs/import-jobs.js";
import type { Services } from "../serve/context.js";
import { openStore } from "../store/database.js";
import type { Process } from "./process.js";

export interface OpenServices {
  readonly services: Services;
  close(): Promise<void>;
}

/**
 * Opens what commands work with: the store, brought to this version's schema, comparisons and imports.
 * With `exclusive`, an embedded PostgreSQL that another process owns is refused instead of shared.
 */
export async function openServices(
  { config, log }: Process,
  options: { readonly purpose: string; readonly exclusive: boolean; readonly address?: string },
): Promise<OpenServices> {
  const database = await openStore(config, { ...options, log });
  const comparisons = openComparisons({ database, threads: config.computeThreads, log });
  const imports = openImportJobs({ database, log });
  return {
    services: { database, comparisons, imports, importRoots: config.importRoots, log },
    async close() {
      await imports.close();
      await comparisons.close();
      await database.close();
    },
  };
}
