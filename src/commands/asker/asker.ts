/** A job as jobProgress tells of it. */
export interface JobState {
  readonly id: string;
  readonly kind: string;
  readonly status: "QUEUED" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED";
  readonly done: number;
  /** 0 while it is not known. */
  readonly total: number;
  readonly message: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

/** Whoever answers a command's queries: this process, on the database that it opens, or a running server. */
export interface Asker {
  /**
   * Answers a query or mutation.
   *
   * @param signal given up where it is aborted
   * @throws the first error of the answer: these queries are written here and must succeed whole
   */
  ask(source: string, variables: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<unknown>;
  /** The job now and after each of its changes, until it has ended. @throws JOB_NOT_FOUND */
  changesOf(jobId: string, signal: AbortSignal): AsyncIterable<JobState>;
  /** How long an answer is asked for again while weights are being computed, unless the command says so; milliseconds. */
  readonly patience: number;
  close(): Promise<void>;
}
