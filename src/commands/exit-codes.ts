import { RankscopeError, type ErrorCode } from "../errors.js";

/** Exit codes of the commands. The help and the README list them too. */
export const EXIT = {
  DONE: 0,
  FAILED: 1,
  INVALID_ARGUMENT: 2,
  NOT_FOUND: 3,
  INCOMPLETE: 4,
  /** 128 + SIGINT. */
  INTERRUPTED: 130,
  /** 128 + SIGTERM. */
  TERMINATED: 143,
} as const;

const CODE_OF_ERROR: Partial<Record<ErrorCode, number>> = {
  ARGUMENT_INVALID: EXIT.INVALID_ARGUMENT,
  STUDY_NOT_FOUND: EXIT.NOT_FOUND,
  EXPERIMENT_NOT_FOUND: EXIT.NOT_FOUND,
  JOB_NOT_FOUND: EXIT.NOT_FOUND,
  TOKEN_NOT_FOUND: EXIT.NOT_FOUND,
  MODEL_NOT_FOUND: EXIT.NOT_FOUND,
  EVALUATION_SET_NOT_FOUND: EXIT.NOT_FOUND,
};

/** Returns the exit code of a command that failed with `error`. */
export function exitCodeOf(error: unknown): number {
  return (error instanceof RankscopeError ? CODE_OF_ERROR[error.code] : undefined) ?? EXIT.FAILED;
}
