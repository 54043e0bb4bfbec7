import { RunLogBuilder } from "../logs/run-log-builder.js";
import type { RunLog } from "../logs/run-log.js";

/**
 * Returns the settings of W&B's `files/config.yaml`, parsed: `key: { desc, value }`. Keys that open with `_`, and `wandb_version`,
 * are W&B's own and left out.
 *
 * @throws RUN_LOG_INVALID above a limit
 */
export function parseWandbConfig(config: unknown, where: string): RunLog {
  const builder = new RunLogBuilder(where, "RUN_LOG_INVALID");
  if (typeof config !== "object" || config === null) return builder.build(null);
  for (const [key, entry] of Object.entries(config as Record<string, unknown>)) {
    if (key.startsWith("_") || key === "wandb_version") continue;
    const isEntry = typeof entry === "object" && entry !== null && Object.hasOwn(entry, "value");
    if (isEntry) builder.addSetting(key, (entry as { readonly value: unknown }).value);
  }
  return builder.build(null);
}
