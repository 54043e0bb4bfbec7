import { print } from "graphql";
import { createClient, type Client } from "graphql-ws";
import { graphql } from "../graphql.js";
import { JobFields, type Job } from "./job.js";

const Progress = graphql(
  `
    subscription Progress($id: ID!) {
      jobProgress(id: $id) {
        ...JobFields
      }
    }
  `,
  [JobFields],
);

let socket: Client | undefined;

/** Returns the client of the one WebSocket for all jobs. It opens with the first subscription and closes after the last. */
function client(): Client {
  return (socket ??= createClient({
    url: `${location.protocol.replace("http", "ws")}//${location.host}/graphql`,
    lazy: true,
    retryAttempts: 5,
  }));
}

/**
 * Follows a job until it ends.
 *
 * @param on.job called with the job at the start and after each change
 * @param on.failure called once if the job can no longer be followed
 * @returns a function that stops following the job
 */
export function followJob(
  id: string,
  on: { readonly job: (job: Job) => void; readonly failure: (error: Error) => void },
): () => void {
  return client().subscribe<{ jobProgress: Job }>(
    { query: print(Progress), variables: { id } },
    {
      next: ({ data, errors }) => {
        if (data != null) on.job(data.jobProgress);
        else on.failure(new Error(errors?.map(({ message }) => message).join("\n") ?? "The server sent no progress."));
      },
      error: (cause) =>
        on.failure(cause instanceof Error ? cause : new Error("The connection to the server was lost.")),
      complete: () => undefined,
    },
  );
}
