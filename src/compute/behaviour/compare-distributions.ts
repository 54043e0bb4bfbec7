/** How a candidate's distribution of the next token differs from the reference's. */
export interface DistributionDifference {
  /** KL(p || q), in nats. */
  readonly divergence: number;
  /** Whether the most probable token is the same; the lowest id of equal ones, as torch.argmax. */
  readonly agrees: boolean;
  /** Negative log-likelihood of the token under the reference p and the candidate q, in nats. */
  readonly referenceLoss: number;
  readonly candidateLoss: number;
}

/**
 * Compares two distributions given by their logits, in float64. With e_i = exp(a_i - max a) and the sums A = sum e_i and B of the
 * candidate's, KL(p || q) = sum e_i (a_i - b_i) / A - log A - max a + log B + max b, in one pass over the vocabulary.
 *
 * @param reference logits in which the row begins at `start`; so does that of `candidate`
 * @param token index whose probability is compared
 */
export function compareDistributions(
  reference: Float32Array,
  candidate: Float32Array,
  { start, size, token }: { readonly start: number; readonly size: number; readonly token: number },
): DistributionDifference {
  const top = indexOfLargest(reference, start, size);
  const candidateTop = indexOfLargest(candidate, start, size);
  const most = reference[top] ?? NaN;
  const candidateMost = candidate[candidateTop] ?? NaN;
  let total = 0;
  let candidateTotal = 0;
  let difference = 0;
  for (let i = start; i < start + size; i++) {
    const a = reference[i] as number;
    const b = candidate[i] as number;
    const weight = exponential(a - most);
    candidateTotal += exponential(b - candidateMost);
    total += weight;
    // A token with p = 0 adds nothing, even where q = 0.
    if (weight !== 0) difference += weight * (a - b);
  }
  const logTotal = most + Math.log(total);
  const candidateLogTotal = candidateMost + Math.log(candidateTotal);
  return {
    // Rounding can leave a small negative number for equal distributions; KL is not negative.
    divergence: Math.max(0, difference / total - logTotal + candidateLogTotal),
    agrees: top === candidateTop,
    referenceLoss: logTotal - (reference[start + token] ?? NaN),
    candidateLoss: candidateLogTotal - (candidate[start + token] ?? NaN),
  };
}

/** Returns the sum of KL(p || q) over the rows of two arrays of logits [rows, size], in nats. */
export function divergenceSum(reference: Float32Array, candidate: Float32Array, size: number): number {
  let sum = 0;
  for (let start = 0; start < reference.length; start += size) {
    sum += compareDistributions(reference, candidate, { start, size, token: 0 }).divergence;
  }
  return sum;
}

/** Returns the index of the largest value of a row, the lowest of equal ones; `start` if all are NaN. */
export function indexOfLargest(values: Float32Array, start: number, size: number): number {
  let index = start;
  let most = -Infinity;
  for (let i = start; i < start + size; i++) {
    const value = values[i] as number;
    if (value > most) {
      most = value;
      index = i;
    }
  }
  return index;
}

/** Steps of the table per doubling, and doublings: below 2^-96 (1e-29) a probability is lost beside 1 in float64. */
const STEPS = 32;
const DOUBLINGS = 96;
const STEP = Math.LN2 / STEPS;
const POWERS = Float64Array.from({ length: STEPS * DOUBLINGS + 1 }, (_, i) => 2 ** (-i / STEPS));
const LOWEST = -STEP * STEPS * DOUBLINGS;

/**
 * Returns exp(x) for x <= 0 to a relative error of 1e-12, by a table of powers of two and a polynomial; 0 below 1e-29. The loop
 * over a vocabulary spends its time here: Math.exp takes several times as long.
 */
function exponential(x: number): number {
  if (x < LOWEST) return 0;
  const index = (0.5 - x / STEP) | 0;
  const rest = x + index * STEP;
  return (POWERS[index] as number) * (1 + rest * (1 + rest * (1 / 2 + rest * (1 / 6 + rest * (1 / 24 + rest / 120)))));
}
