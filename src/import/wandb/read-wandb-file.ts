import { failure, RankscopeError } from "../../errors.js";
import { withFile } from "../../files/open-file.js";
import { MAX_WANDB_FILE_BYTES } from "../limits.js";
import { RunLogBuilder } from "../logs/run-log-builder.js";
import type { RunLog } from "../logs/run-log.js";
import { decodeRecord, type RecordItem, type WandbRecord } from "./decode-record.js";
import { readLogRecords } from "./read-log-records.js";

/**
 * Reads a `run-ID.wandb` file: the only record of a run that was logged offline. The history becomes curves, the configuration
 * settings, the summary metrics. Keys that open with `_` are W&B's own and left out. Everything before damage is kept.
 *
 * @param path absolute, with links resolved
 * @throws RUN_LOG_INVALID if the file has no record, or above a limit; FILE_UNREADABLE, FILE_TOO_LARGE
 */
export function readWandbFile(path: string, where: string): Promise<RunLog> {
  return withFile(path, where, async (file) => {
    if (file.size > MAX_WANDB_FILE_BYTES) {
      const received = `${file.size} bytes`;
      throw failure("FILE_TOO_LARGE", { where, received, allowed: `${MAX_WANDB_FILE_BYTES} bytes` });
    }
    const builder = new RunLogBuilder(where, "RUN_LOG_INVALID");
    const decoding: { damage: string | null } = { damage: null };
    const fileDamage = await readLogRecords(file, (data) => {
      try {
        addRecord(decodeRecord(data), builder);
        return true;
      } catch (error) {
        if (error instanceof RankscopeError) throw error;
        decoding.damage = "a record that is no W&B record";
        return false;
      }
    });
    return builder.buildUnlessEmpty(decoding.damage ?? fileDamage);
  });
}

function addRecord(record: WandbRecord | undefined, builder: RunLogBuilder): void {
  switch (record?.kind) {
    case "run":
      builder.name = record.run.displayName || record.run.id || null;
      builder.startedAt = record.run.startedAt;
      addConfig(record.run.config, builder);
      break;
    case "config":
      addConfig(record.items, builder);
      break;
    case "summary":
      for (const { key, value } of record.items) {
        if (typeof value === "number" && !key.startsWith("_")) builder.addMetric(key, value);
      }
      break;
    case "history":
      addHistory(record.items, record.step, builder);
  }
}

function addConfig(items: readonly RecordItem[], builder: RunLogBuilder): void {
  for (const { key, value } of items) {
    if (!key.startsWith("_")) builder.addSetting(key, value);
  }
}

function addHistory(items: readonly RecordItem[], recordStep: number | null, builder: RunLogBuilder): void {
  const numberOf = (wanted: string): number | null => {
    const value = items.find(({ key }) => key === wanted)?.value;
    return typeof value === "number" ? value : null;
  };
  const step =
    trainingStep(numberOf("train/global_step")) ?? trainingStep(numberOf("_step")) ?? trainingStep(recordStep);
  if (step === null) return;
  const wallTime = numberOf("_timestamp");
  for (const { key, value } of items) {
    const isPoint = key !== "" && !key.startsWith("_") && key !== "train/global_step";
    const number = value === "NaN" ? NaN : value;
    if (isPoint && typeof number === "number") builder.addPoint(key, step, number, wallTime);
  }
}

/** The Trainer logs its optimizer step as `train/global_step`; W&B's own step counts calls to `log`. */
function trainingStep(value: number | null): number | null {
  return value !== null && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
