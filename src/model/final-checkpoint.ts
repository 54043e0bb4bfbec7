/** What the order of a run's checkpoints depends on. */
interface OrderedCheckpoint {
  readonly id: string;
  /** Optimizer step; null for a checkpoint that was saved after all steps. */
  readonly step: number | null;
  readonly isFinal: boolean;
}

/**
 * Returns the checkpoint that represents a run in comparisons: the final one (a run has at most one), else the one of the
 * last step; undefined where the run has none.
 *
 * The store orders checkpoints by the same rule in SQL (standing-checkpoint.ts): change both together.
 */
export function finalCheckpoint<Checkpoint extends OrderedCheckpoint>(
  checkpoints: readonly Checkpoint[],
): Checkpoint | undefined {
  const [first, ...others] = checkpoints;
  if (first === undefined) return undefined;
  return others.reduce((final, checkpoint) => (isLater(checkpoint, final) ? checkpoint : final), first);
}

function isLater(one: OrderedCheckpoint, other: OrderedCheckpoint): boolean {
  if (one.isFinal !== other.isFinal) return one.isFinal;
  const [step, otherStep] = [one.step ?? Infinity, other.step ?? Infinity];
  return step === otherStep ? one.id > other.id : step > otherStep;
}
