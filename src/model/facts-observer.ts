import type { FactKindName } from "./job-payloads.js";

/**
 * How facts that were asked for were found: `stored` before they were asked for, `computed` while they were waited for,
 * `pending` when the waiting ended, or not at all.
 */
export type FactsFound = "stored" | "computed" | "pending" | "failed";

/** Told, for each question, how many facts were found how. */
export type FactsObserver = (kind: FactKindName, found: FactsFound, n: number) => void;
