/** Settings shared by the processes that queue jobs and those that run them. */

/** Maximum number of times that a job is started. A worker that dies and a transient error use one each. */
export const MAX_ATTEMPTS = 3;

/** graphile-worker runs smaller numbers first. */
export const PRIORITY = { INTERACTIVE: 0, PRECOMPUTE: 10 } as const;

/** Task name. Workers of another kernel version have another name and do not take the job. */
export const computeTask = (kernelVersion: number) => `compute-v${kernelVersion}`;

/**
 * Task name of models of a size class. Workers with less memory do not take the task.
 *
 * @param gibibytes undefined for a model that is larger than every class, which no worker takes
 */
export const behaviourTask = (version: number, gibibytes: number | undefined) =>
  `behaviour-v${version}-${gibibytes === undefined ? "larger" : `${gibibytes}g`}`;

/** The channel that PostgreSQL notifies with the id of each job that changes. */
export const JOB_CHANNEL = "rankscope_job";

/** Time after a failure in which its facts are not queued again, however often they are requested. */
export const RETRY_AFTER_SECONDS = 60;
