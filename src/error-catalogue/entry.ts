/** One entry of the error catalogue. */
export interface Entry {
  /** A permanent error recurs on every retry (bad input); a transient one may pass (a lost connection). */
  readonly kind: "permanent" | "transient";
  /** What happened, as a clause that the details complete. */
  readonly what: string;
  /** How to fix it; `Detail.fix` replaces it where the code that throws can be more specific. */
  readonly fix: string;
}
