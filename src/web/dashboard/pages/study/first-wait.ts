/**
 * Seconds that a panel waits for what has to be computed. What is stored is there at once; for the rest a panel shows how far
 * its jobs are, instead of nothing.
 */
export const FIRST_WAIT_SECONDS = 0.5;
