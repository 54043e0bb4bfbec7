/**
 * The errors. Every failure that a user can meet has a code in error-catalogue/, with its message and how to fix it.
 */

import { REQUEST_ERRORS } from "./error-catalogue/request-errors.js";
import type { Entry } from "./error-catalogue/entry.js";
import { STORAGE_ERRORS } from "./error-catalogue/storage-errors.js";
import { IMPORT_ERRORS } from "./error-catalogue/import-errors.js";
import { MODEL_ERRORS } from "./error-catalogue/model-errors.js";
import { STARTUP_ERRORS } from "./error-catalogue/startup-errors.js";

const CATALOGUE = {
  ...STARTUP_ERRORS,
  ...IMPORT_ERRORS,
  ...REQUEST_ERRORS,
  ...STORAGE_ERRORS,
  ...MODEL_ERRORS,
} as const;

export type ErrorCode = keyof typeof CATALOGUE;

/** The details of one failure; the message contains those that are given. */
export interface ErrorDetail {
  /** File, tensor, setting or argument. */
  readonly where?: string | undefined;
  readonly received?: string | undefined;
  readonly allowed?: string | undefined;
  /** How to fix it; replaces the catalogue's advice where the code that throws can be more specific. */
  readonly fix?: string | undefined;
  readonly cause?: unknown;
}

function messageOf(code: ErrorCode, { where, received, allowed, fix }: ErrorDetail): string {
  const entry = CATALOGUE[code];
  const facts = [
    where === undefined ? undefined : `at ${where}`,
    received === undefined ? undefined : `received ${received}`,
    allowed === undefined ? undefined : `allowed: ${allowed}`,
  ].filter((fact) => fact !== undefined);
  return `${[entry.what, ...facts].join("; ")}. ${fix ?? entry.fix}`;
}

/** An error of the catalogue. Its message says what happened, where, what was received, what is allowed and how to fix it. */
export abstract class RankscopeError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly detail: ErrorDetail = {},
  ) {
    super(messageOf(code, detail), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = new.target.name;
  }
}

/** An error that recurs on every retry: the input is wrong. */
export class PermanentError extends RankscopeError {}

/** An error that may pass: a retry can succeed. */
export class TransientError extends RankscopeError {}

/** Returns the error of `code`, permanent or transient as the catalogue says. */
export function failure(code: ErrorCode, detail: ErrorDetail = {}): RankscopeError {
  const kind: Entry["kind"] = CATALOGUE[code].kind;
  return kind === "permanent" ? new PermanentError(code, detail) : new TransientError(code, detail);
}

/** The message for errors outside the catalogue: their own text could reveal details of the machine. */
export const UNFORESEEN = "An unexpected error occurred. The server's log has the cause.";
