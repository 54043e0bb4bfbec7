/** What the queue is told of each piece of work; declared once for those that add to it and those that take from it. */

/** How often a job is started: a worker that dies with it, or an error that may pass, uses one up. */
export const MAX_ATTEMPTS = 3;

/** Smaller numbers are taken first (graphile-worker). */
export const PRIORITY = { INTERACTIVE: 0, PRECOMPUTE: 10 } as const;

/** Workers of another kernel version do not know this name and leave the job to others. */
export const computeTask = (kernelVersion: number) => `compute-v${kernelVersion}`;

/** Told on this channel: the id of a job that has changed. */
export const JOB_CHANNEL = "rankscope_job";

/** How long a failed job keeps what it was to find from being tried again at once, by everyone who asks. */
export const RETRY_AFTER_SECONDS = 60;
