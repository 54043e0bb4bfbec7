/** The token that requested a job, and the studies that the job concerns. */
export interface JobRequester {
  /** The id of an access token; undefined where the request needed none. */
  readonly requestedBy?: string | undefined;
  /** Slugs; undefined where they are unknown: only principals with access to every study then see the job. */
  readonly studies?: readonly string[] | undefined;
}
