import { failure } from "../../errors.js";
import { LIMITS } from "../../model/limits.js";

/** The values that a bootstrap draws, for messages. */
export interface DrawnValues {
  readonly name: string;
  readonly resamples: number;
  /** `at 8 ranks` */
  readonly of: string;
}

interface ExceededDraws {
  /** Draws of the refused input. */
  readonly draws: number;
  /** Draws of the request before. */
  readonly drawn: number;
  readonly maxDraws: number;
}

/** Returns the error QUERY_TOO_EXPENSIVE of a request that would draw more bootstrap values than it may. */
export function tooManyDraws({ name, resamples, of }: DrawnValues, { draws, drawn, maxDraws }: ExceededDraws): Error {
  return failure("QUERY_TOO_EXPENSIVE", {
    where: `the bootstrap of ${name}`,
    received: `${draws} draws (${resamples} resamples ${of}) after ${drawn} in this request`,
    allowed: `${maxDraws} draws in one request (${LIMITS.draws.variable})`,
    fix: "Ask for fewer resamples, for interval: T, or in several requests.",
  });
}
