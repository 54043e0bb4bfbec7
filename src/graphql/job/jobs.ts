import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root, Subscription } from "type-graphql";
import { validate } from "uuid";
import { failure } from "../../errors.js";
import { JobStatus } from "../../model/enums/job.js";
import { jobsById, newestJobs, type Job } from "../../store/queue/jobs.js";
import { actorOf } from "../access/actor.js";
import { Requires } from "../access/requires.js";
import { pageSizeArg, slugArg } from "../arguments.js";
import { requesterOf, type Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { checkPageSize } from "../paging/page.js";
import { JobType, PrecomputeStudyPayload } from "./job-type.js";

@Resolver(() => JobType)
export class JobsResolver {
  @FieldResolver(() => String)
  async message(@Root() { kind, status, message }: Job, @Ctx() { hasWorker }: Context): Promise<string> {
    if (kind !== "COMPUTE" || status !== "QUEUED" || (await hasWorker())) return message;
    return failure("NO_WORKER").message;
  }

  @Requires("reader")
  @Query(() => JobType, { nullable: true, description: "The job with this id; null if there is none." })
  async job(
    @Arg("id", () => ID, { description: "Id of the job, from a field `job` or `jobs`." }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<Job | null> {
    return validate(id) ? ((await loaders.jobById.load(id)) ?? null) : null;
  }

  @Requires("reader")
  @Costs({ points: 100, items: ({ first }) => Math.max(0, Number(first)) })
  @Query(() => [JobType], { description: "Jobs of all kinds, newest first." })
  async jobs(
    @Arg("status", () => [JobStatus], { nullable: true, description: "The statuses to include; by default all." })
    statuses: JobStatus[] | undefined,
    @Arg("first", () => Int, { ...pageSizeArg, defaultValue: 20 }) first: number,
    @Ctx() { database, limits }: Context,
  ): Promise<Omit<Job, "result">[]> {
    return newestJobs(database, { statuses: statuses ?? undefined, limit: checkPageSize(first, limits) });
  }

  @Requires("writer")
  @Mutation(() => PrecomputeStudyPayload, {
    description:
      "Computes all results from the weights of a study that are not stored yet: all pairs of its runs, layer by layer. Interactive requests have priority.",
  })
  async precomputeStudy(
    @Arg("slug", () => String, slugArg) slug: string,
    @Ctx() { principal, database, jobs, loaders }: Context,
  ): Promise<PrecomputeStudyPayload> {
    const study = await loaders.studyBySlug.load(slug);
    if (study === undefined) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
    const id = await jobs.precompute(
      study.id,
      { ...requesterOf(principal), studies: [study.slug] },
      actorOf(principal),
    );
    const [job] = await jobsById(database, [id]);
    if (job === undefined) throw failure("COMPUTE_FAILED", { received: "a job that no longer exists" });
    return { job, study };
  }

  @Requires("writer")
  @Mutation(() => JobType, {
    description:
      "Cancels an import, a computation or a precomputation that has not ended. A cancelled import stores nothing. A job that has ended is returned as it is.",
  })
  async cancelJob(
    @Arg("id", () => ID, { description: "Id of the job. An unknown id is an error (JOB_NOT_FOUND)." }) id: string,
    @Ctx() { database, jobs, principal }: Context,
  ): Promise<Job> {
    // The principal's own connection: a token for some studies cancels only jobs that it can see.
    const [job] = validate(id) ? await jobsById(database, [id]) : [];
    if (job === undefined) throw failure("JOB_NOT_FOUND", { where: "id", received: JSON.stringify(id) });
    await jobs.cancel(id, actorOf(principal));
    const [cancelled] = await jobsById(database, [id]);
    return cancelled ?? job;
  }

  @Requires("reader")
  @Subscription(() => JobType, {
    description: "The current state of a job, then its state after each change, until the job ends.",
    subscribe: ({ args, context }) => changesOf((args as { id: string }).id, context as Context),
  })
  jobProgress(
    @Arg("id", () => ID, { description: "Id of the job. An unknown id is an error (JOB_NOT_FOUND)." }) _id: string,
    @Root() job: Job,
  ): Job {
    return job;
  }
}

/** @throws JOB_NOT_FOUND */
async function changesOf(id: string, { database, jobs, signal }: Context): Promise<AsyncIterable<Job>> {
  const [job] = validate(id) ? await jobsById(database, [id]) : [];
  if (job === undefined) throw failure("JOB_NOT_FOUND", { where: "id", received: JSON.stringify(id) });
  return jobs.watch.changes(id, signal);
}
