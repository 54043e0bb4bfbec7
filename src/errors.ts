/**
 * The errors. Every failure that a person can meet has a code in error-catalogue/, with its wording and what to do.
 */

import { ASKING } from "./error-catalogue/asking.js";
import type { Entry } from "./error-catalogue/entry.js";
import { KEEPING } from "./error-catalogue/keeping.js";
import { READING } from "./error-catalogue/reading.js";
import { STARTING } from "./error-catalogue/starting.js";

const CATALOGUE = { ...STARTING, ...READING, ...ASKING, ...KEEPING } as const;

export type ErrorCode = keyof typeof CATALOGUE;

/** The particulars of one failure; each is printed when given. */
export interface Detail {
  /** File, tensor, setting or argument. */
  readonly where?: string | undefined;
  readonly received?: string | undefined;
  readonly allowed?: string | undefined;
  /** Replaces the catalogue's advice where the place that throws knows better. */
  readonly todo?: string | undefined;
  readonly cause?: unknown;
}

function wording(code: ErrorCode, { where, received, allowed, todo }: Detail): string {
  const entry = CATALOGUE[code];
  const facts = [
    where === undefined ? undefined : `at ${where}`,
    received === undefined ? undefined : `received ${received}`,
    allowed === undefined ? undefined : `allowed: ${allowed}`,
  ].filter((fact) => fact !== undefined);
  return `${[entry.what, ...facts].join("; ")}. ${todo ?? entry.todo}`;
}

/** What the two kinds share: a code of the catalogue and a message that says what, where, received, allowed and what to do. */
export abstract class RankscopeError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly detail: Detail = {},
  ) {
    super(wording(code, detail), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = new.target.name;
  }
}

/** Trying again cannot help: the input is wrong. */
export class PermanentError extends RankscopeError {}

/** Trying again may help. */
export class TransientError extends RankscopeError {}

/** The error of `code`, permanent or transient as the catalogue says. */
export function failure(code: ErrorCode, detail: Detail = {}): RankscopeError {
  const kind: Entry["kind"] = CATALOGUE[code].kind;
  return kind === "permanent" ? new PermanentError(code, detail) : new TransientError(code, detail);
}

/** What is said to clients of an error that is not in the catalogue: its own words may name anything of the machine. */
export const UNFORESEEN = "Something went wrong here; the server's log has the cause.";
