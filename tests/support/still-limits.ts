import { DEFAULT_LIMITS } from "#src/model/limits.js";

/**
 * Limits of a server whose statements are counted, or whose results are compared: while a test runs, it sends no statement by
 * itself. Its time limits are far longer than any request takes on a busy machine, but end before the timeout of a test.
 */
export const STILL = { ...DEFAULT_LIMITS, tokenRefreshSeconds: 3600, requestSeconds: 60, statementSeconds: 60 };

/** STILL without the cache of studies' rows: each request sends all its statements. */
export const UNCACHED = { ...STILL, cacheMegabytes: 0 };
