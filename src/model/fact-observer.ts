import type { FactKindName } from "./computed-facts.js";

/**
 * The result of one requested fact: `stored` before the request, `computed` while the request waited, `pending` when the
 * wait ended, or `failed`.
 */
export type FactOutcome = "stored" | "computed" | "pending" | "failed";

/** Is called for each request with the number of facts of each outcome. */
export type FactObserver = (kind: FactKindName, outcome: FactOutcome, n: number) => void;
