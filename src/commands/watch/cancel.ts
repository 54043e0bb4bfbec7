import { validate } from "uuid";
import { failure } from "../../errors.js";
import { graphql } from "../../model/graphql-document.js";
import { JOB_STATE } from "../client/graphql-client.js";
import { openClient } from "../client/open-client.js";
import { EXIT } from "../exit-codes.js";
import { interruptible } from "../interruptible.js";
import { print, type Process } from "../process.js";
import { screenOf } from "../terminal/screen.js";
import { jobLine } from "./job-line.js";
import type { WatchOptions } from "./watch.js";

/**
 * Cancels a job and prints its state; as JSON, `{ "job": ... }`. The exit code is 1 where the job had ended already.
 *
 * @throws JOB_NOT_FOUND, FORBIDDEN
 */
export function cancel(command: Process, id: string, options: WatchOptions): Promise<void> {
  return interruptible(async (signal) => {
    if (!validate(id)) {
      throw failure("JOB_NOT_FOUND", {
        where: "the job to cancel",
        received: JSON.stringify(id),
        fix: "Give a job's id; list the jobs that have not ended with: rankscope watch --json",
      });
    }
    const client = await openClient(command, { purpose: "cancel", server: options.server });
    try {
      const { cancelJob: job } = await client.query(CANCEL, { id }, signal);
      print(options.json ? JSON.stringify({ job }) : jobLine(job, screenOf(process.stdout, command.config)));
      if (job.status !== "CANCELLED") process.exitCode = EXIT.FAILED;
    } finally {
      await client.close();
    }
  });
}

const CANCEL = graphql(
  `
    mutation Cancel($id: ID!) {
      cancelJob(id: $id) {
        ...JobState
      }
    }
  `,
  [JOB_STATE],
);
