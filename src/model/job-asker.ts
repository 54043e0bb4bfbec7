/** The token that requested a job, and the studies that the job concerns. */
export interface JobAsker {
  /** A token's id; undefined where none was needed. */
  readonly askedBy?: string | undefined;
  /** Slugs; undefined where it is not known: only principals with access to every study then see the job. */
  readonly studies?: readonly string[] | undefined;
}
