import { GraphQLError } from "graphql";
import { validate } from "uuid";
import { failure, RankscopeError } from "../../errors.js";
import { execute } from "../../graphql/execute.js";
import { jobsById, type Job } from "../../store/queue/jobs.js";
import type { Process } from "../process.js";
import { openServices } from "../services.js";
import type { Asker, JobState } from "./asker.js";

/** A query is answered at least this often while weights are computed, so that a command can tell and be stopped. */
const TURN_MILLISECONDS = 5000;

/**
 * Answers in this process, on the database of the settings; an embedded one is shared with the server that runs it, or
 * started for as long as the command takes.
 */
export async function openLocalAsker(command: Process, purpose: string): Promise<Asker> {
  const { config } = command;
  const { services: given, close } = await openServices(command, { purpose, exclusive: false });
  const services = { ...given, waitMilliseconds: Math.min(TURN_MILLISECONDS, config.waitMilliseconds) };
  return {
    // A terminal has the patience that a request has not, as long as somebody works.
    patience: config.workers > 0 ? Infinity : config.waitMilliseconds,
    async ask(source, variables, signal) {
      signal?.throwIfAborted();
      try {
        return await Promise.race([execute(services, source, { ...variables }), aborted(signal)]);
      } catch (error) {
        throw ofTheRequest(error);
      }
    },
    async *changesOf(id, signal) {
      const [known] = validate(id) ? await jobsById(services.database, [id]) : [];
      if (known === undefined) throw failure("JOB_NOT_FOUND", { where: "id", received: JSON.stringify(id) });
      for await (const job of services.jobs.watch.changes(id, signal)) yield stateOf(job);
    },
    close,
  };
}

/** Never resolves. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

/** GraphQL's own complaint about the variables is about what the person gave: the queries are ours. */
function ofTheRequest(error: unknown): unknown {
  const cause = error instanceof RankscopeError ? error.cause : error;
  if (!(cause instanceof GraphQLError) || cause.path !== undefined) return error;
  return failure("ARGUMENT_INVALID", { received: cause.message, cause });
}

function stateOf({ result: _, createdAt, finishedAt, ...job }: Job): JobState {
  return { ...job, createdAt: createdAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null };
}
