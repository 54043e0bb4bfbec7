import { DEFAULT_LIMITS } from "#src/model/limits.js";

/** The default limits of a server whose statements are counted: it sends none by itself while a test runs. */
export const STILL = { ...DEFAULT_LIMITS, tokenRefreshSeconds: 3600 };
