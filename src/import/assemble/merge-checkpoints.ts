import path from "node:path";
import type { CheckpointRecord } from "../../model/records.js";
import type { Findings } from "../findings.js";
import type { RunFolder } from "../folder/group-runs.js";
import type { TrainingLog } from "../formats/evidence.js";

/**
 * Merges checkpoints of equal bytes and sorts them by step. The last one becomes final if training ended at its step.
 *
 * @param log the run's training log with the most steps
 */
export function mergeCheckpoints(
  run: RunFolder,
  found: readonly CheckpointRecord[],
  log: TrainingLog | null,
  findings: Findings,
): CheckpointRecord[] {
  const byHash = new Map<string, CheckpointRecord>();
  for (const checkpoint of found) {
    const same = byHash.get(checkpoint.hash);
    if (same === undefined) {
      byHash.set(checkpoint.hash, checkpoint);
      continue;
    }
    const merged = merge(same, checkpoint);
    byHash.set(checkpoint.hash, merged);
    const folders = merged.folders.map((folder) => folderInRun(run, folder)).join(" and ");
    findings.add("info", "SAME_BYTES", run.folder, `${folders} hold the same weights and are one checkpoint.`);
  }
  const checkpoints = [...byHash.values()].sort((left, right) => saveOrder(left) - saveOrder(right));
  const last = checkpoints.at(-1);
  if (last === undefined || last.isFinal || log === null) return checkpoints;
  const hasEnded = log.maxSteps !== null && log.globalStep >= log.maxSteps;
  if (!hasEnded || last.step !== log.globalStep) return checkpoints;
  return [...checkpoints.slice(0, -1), { ...last, isFinal: true }];
}

/** Sort key of saves: by step, the end of the run last. */
export function saveOrder({ step, isFinal }: { readonly step: number | null; readonly isFinal: boolean }): number {
  return isFinal ? Infinity : (step ?? -1);
}

/** Path of a save's folder, relative to its run's folder. */
export function folderInRun(run: RunFolder, folder: string): string {
  return path.posix.relative(run.folder, folder) || ".";
}

function merge(one: CheckpointRecord, other: CheckpointRecord): CheckpointRecord {
  return {
    ...one,
    step: one.step ?? other.step,
    isFinal: one.isFinal || other.isFinal,
    folders: [...one.folders, ...other.folders],
  };
}
