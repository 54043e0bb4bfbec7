import { matrix, plus, product, transposed, type Matrix } from "./matrix.js";
import { random } from "./random.js";

/** LoRA factors of one layer. The update is dW = scaling * B * A. */
export interface Factors {
  /** r x in */
  readonly a: Matrix;
  /** out x r */
  readonly b: Matrix;
}

const LEARNING_RATE = 0.75;
/** Standard deviation of the noise of each gradient entry. It simulates mini-batches and dropout. */
const GRADIENT_NOISE = 0.0016;

/** Draws the initial A (r x in) as PEFT does: Kaiming-uniform with a = sqrt(5), that is uniform within 1 / sqrt(in). */
export function initialA(label: string, rank: number, inFeatures: number): Matrix {
  const { uniform } = random(`initial/${label}`);
  const bound = 1 / Math.sqrt(inFeatures);
  return matrix(rank, inFeatures, () => (2 * uniform() - 1) * bound);
}

/**
 * Trains one layer's factors by stochastic gradient descent on |target - B A|^2 / 2, from the given A and from B = 0,
 * with a step size that falls linearly to 0.
 *
 * @param label name of the random stream of the gradient noise
 * @returns the factors after each of `steps` steps
 */
export function trainFactors(target: Matrix, start: Matrix, steps: number, label: string): Factors[] {
  const { normal } = random(`gradient/${label}`);
  const noise = (rows: number, columns: number) => matrix(rows, columns, () => GRADIENT_NOISE * normal());
  const rank = start.rows;
  const path: Factors[] = [];
  let a = start;
  let b = matrix(target.rows, rank, () => 0);
  for (let step = 0; step < steps; step++) {
    const size = LEARNING_RATE * (1 - step / steps);
    const residual = plus(target, product(b, a), -1);
    const ascentB = plus(product(residual, transposed(a)), noise(target.rows, rank), 1);
    const ascentA = plus(product(transposed(b), residual), noise(rank, target.columns), 1);
    a = plus(a, ascentA, size);
    b = plus(b, ascentB, size);
    path.push({ a, b });
  }
  return path;
}
