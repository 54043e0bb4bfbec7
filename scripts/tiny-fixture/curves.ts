import { random } from "./random.js";
import { TOTAL_STEPS, type Run } from "./runs.js";

export const LOGGING_STEPS = 10;
export const EVAL_STEPS = 50;
const WARM_UP_STEPS = 50;
const PEAK_LEARNING_RATE = 3e-4;

/** Logged curves of a run. Point i of the training curves belongs to step (i + 1) * LOGGING_STEPS. */
export interface Curves {
  /** Mean loss of the steps since the previous point, in nats per token. The mean of the curve is the run's training loss. */
  readonly loss: readonly number[];
  readonly gradNorm: readonly number[];
  readonly learningRate: readonly number[];
  /** Point i belongs to step (i + 1) * EVAL_STEPS. */
  readonly evalLoss: readonly number[];
}

/** Generates a run's curves: a loss that falls hyperbolically with noise, scaled to the run's training loss. */
export function curves(run: Run): Curves {
  const { normal } = random(`curves/${run.name}`);
  const steps = everyStep(LOGGING_STEPS);
  const raw = steps.map((step) => shape(step) * (1 + 0.02 * normal()));
  const scale = run.trainingLoss / (raw.reduce((sum, value) => sum + value, 0) / raw.length);
  return {
    loss: raw.map((value) => value * scale),
    gradNorm: steps.map((step) => {
      const norm = Math.fround(0.6 * shape(step) * (1 + 0.12 * normal()));
      return step === run.overflowStep ? NaN : norm;
    }),
    learningRate: steps.map(learningRate),
    evalLoss: everyStep(EVAL_STEPS).map((step) => Math.fround(scale * shape(step) * (0.98 + 0.002 * normal()))),
  };
}

function everyStep(stride: number): number[] {
  return Array.from({ length: TOTAL_STEPS / stride }, (_, i) => (i + 1) * stride);
}

/** Relative loss at `step`: falls from 1.45 at step 0 towards 0.95. */
function shape(step: number): number {
  return 0.95 + 0.5 / (1 + step / 60);
}

/**
 * Learning rate at `step`, with linear warm-up and linear decay. The Trainer logs the rate that the last step used, which is
 * the schedule's rate one step earlier.
 */
function learningRate(step: number): number {
  const used = step - 1;
  return used < WARM_UP_STEPS
    ? PEAK_LEARNING_RATE * (used / WARM_UP_STEPS)
    : PEAK_LEARNING_RATE * ((TOTAL_STEPS - used) / (TOTAL_STEPS - WARM_UP_STEPS));
}
