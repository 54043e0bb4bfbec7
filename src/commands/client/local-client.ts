import { GraphQLError, print } from "graphql";
import type { ResultOf } from "gql.tada";
import { validate } from "uuid";
import { failure, RankscopeError } from "../../errors.js";
import { execute } from "../../graphql/execute.js";
import { jobsById, type Job } from "../../store/queue/jobs.js";
import type { Process } from "../process.js";
import { openServices } from "../serve/services.js";
import type { GraphQLClient, JobState } from "./graphql-client.js";

/** Maximum time of one query while results are computed, so that a command can show progress and be stopped. */
const MAX_QUERY_WAIT_MILLISECONDS = 5000;

/**
 * Opens a client that executes operations in this process, on the database of the settings. An embedded PostgreSQL is shared
 * with the server that runs it, or runs as long as the command.
 */
export async function openLocalClient(command: Process, purpose: string): Promise<GraphQLClient> {
  const { config } = command;
  const { services: opened, close } = await openServices(command, { purpose, exclusive: false });
  const services = { ...opened, waitMilliseconds: Math.min(MAX_QUERY_WAIT_MILLISECONDS, config.waitMilliseconds) };
  return {
    // Unlike a request, a command may wait as long as a worker runs.
    patienceMilliseconds: config.workers > 0 ? Infinity : config.waitMilliseconds,
    async query(document, variables, signal) {
      signal?.throwIfAborted();
      const answered = new AbortController();
      try {
        const answer = execute(services, print(document), { ...(variables as Record<string, unknown>) });
        return (await Promise.race([answer, rejectWhenAborted(signal, answered.signal)])) as ResultOf<typeof document>;
      } catch (error) {
        throw invalidVariables(error) ?? error;
      } finally {
        answered.abort();
      }
    },
    async *jobChanges(id, signal) {
      const [known] = validate(id) ? await jobsById(services.database, [id]) : [];
      if (known === undefined) throw failure("JOB_NOT_FOUND", { where: "id", received: JSON.stringify(id) });
      for await (const job of services.jobs.watch.changes(id, signal)) yield stateOf(job);
    },
    close,
  };
}

/** Returns a promise that never resolves, and rejects when the signal is aborted before the other one. */
function rejectWhenAborted(signal: AbortSignal | undefined, answered: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true, signal: answered });
  });
}

/** Returns ARGUMENT_INVALID where GraphQL rejects variables: they are the user's arguments, the operations are ours. */
function invalidVariables(error: unknown): RankscopeError | undefined {
  const cause = error instanceof RankscopeError ? error.cause : error;
  if (!(cause instanceof GraphQLError) || cause.path !== undefined) return undefined;
  return failure("ARGUMENT_INVALID", { received: cause.message, cause });
}

function stateOf({ result: _, createdAt, finishedAt, ...job }: Job): JobState {
  return { ...job, createdAt: createdAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null };
}
