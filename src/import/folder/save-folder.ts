import path from "node:path";

/** A folder with a saved adapter, a training log, or both. */
export interface SaveFolder {
  /** Relative to the study's folder. */
  readonly folder: string;
  /** Step in a name such as `checkpoint-900`; null for any other name. */
  readonly step: number | null;
  /** Epoch in a name such as `epoch_1`; null for any other name. The save of the last epoch is the end of the run. */
  readonly epoch: number | null;
  /** Whether the name says that it is the end of the run. */
  readonly isFinal: boolean;
}

/** Returns the folder that contains a file or folder; "" for the study's folder. */
export function parentFolder(file: string): string {
  const parent = path.posix.dirname(file);
  return parent === "." ? "" : parent;
}
