import { RankscopeError, type ErrorCode } from "../errors.js";

/** What the commands end with; the help and the README say the same. */
export const EXIT = {
  DONE: 0,
  FAILED: 1,
  NOT_UNDERSTOOD: 2,
  NOT_FOUND: 3,
  INCOMPLETE: 4,
  /** 128 + SIGINT. */
  INTERRUPTED: 130,
} as const;

const CODES: Partial<Record<ErrorCode, number>> = {
  ARGUMENT_INVALID: EXIT.NOT_UNDERSTOOD,
  STUDY_NOT_FOUND: EXIT.NOT_FOUND,
  EXPERIMENT_NOT_FOUND: EXIT.NOT_FOUND,
  JOB_NOT_FOUND: EXIT.NOT_FOUND,
  TOKEN_NOT_FOUND: EXIT.NOT_FOUND,
};

/** The exit code of a command that ended with `error`. */
export function exitCodeOf(error: unknown): number {
  return (error instanceof RankscopeError ? CODES[error.code] : undefined) ?? EXIT.FAILED;
}
