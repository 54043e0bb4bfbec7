/** Limit of waits for a page. It only ends a test that hangs: pages are slow on a busy machine. */
export const PATIENT = { timeout: 120_000 };
