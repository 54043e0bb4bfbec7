import { Arg, Ctx, ID, Int, Mutation, Query, Resolver, Root, Subscription } from "type-graphql";
import { validate } from "uuid";
import { failure } from "../../errors.js";
import { jobsById, newestJobs, type Job } from "../../store/queue/jobs.js";
import { slugArg } from "../arguments.js";
import { requesterOf, type Context } from "../context.js";
import { checkPageSize } from "../paging/page-size.js";
import { JobStatus } from "../../model/enums/job-status.js";
import { Requires } from "../access/requires.js";
import { Costs } from "../cost/costs.js";
import { JobType, PrecomputeStudyPayload } from "./job-type.js";

@Resolver()
export class JobsResolver {
  @Requires("reader")
  @Query(() => JobType, { nullable: true, description: "A job by its id; null where there is none." })
  async job(
    @Arg("id", () => ID, { description: "The job's id, as a field `job` or `jobs` gave it." }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<Job | null> {
    return validate(id) ? ((await loaders.jobById.load(id)) ?? null) : null;
  }

  @Requires("reader")
  @Costs({ points: 100, items: ({ first }) => Math.max(0, Number(first)) })
  @Query(() => [JobType], { description: "Jobs of all kinds, the newest first." })
  async jobs(
    @Arg("status", () => [JobStatus], { nullable: true, description: "Only of these; all by default." })
    status: JobStatus[] | undefined,
    @Arg("first", () => Int, {
      defaultValue: 20,
      description: "At most this many, up to 100 where the server sets no other limit.",
    })
    first: number,
    @Ctx() { database, limits }: Context,
  ): Promise<Job[]> {
    return newestJobs(database, { statuses: status ?? undefined, limit: checkPageSize(first, limits) });
  }

  @Requires("writer")
  @Mutation(() => PrecomputeStudyPayload, {
    description:
      "Computes all that can be asked about a study's weights and is not stored yet, behind what people wait for: all pairs of its runs, layer by layer.",
  })
  async precomputeStudy(
    @Arg("slug", () => String, slugArg) slug: string,
    @Ctx() { principal, database, jobs, loaders }: Context,
  ): Promise<PrecomputeStudyPayload> {
    const study = await loaders.studyBySlug.load(slug);
    if (study === undefined) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
    const [job] = await jobsById(database, [
      await jobs.precompute(study.id, { ...requesterOf(principal), studies: [study.slug] }),
    ]);
    if (job === undefined) throw failure("COMPUTE_FAILED", { received: "a job that is gone" });
    return { job, study };
  }

  @Requires("reader")
  @Subscription(() => JobType, {
    description: "A job now and after each of its changes, until it has ended.",
    subscribe: ({ args, context }) => changesOf((args as { id: string }).id, context as Context),
  })
  jobProgress(
    @Arg("id", () => ID, { description: "The job's id; one that there is not is JOB_NOT_FOUND." }) _id: string,
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
