import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { failure } from "../../errors.js";
import type { ImportResult } from "../../model/job-payloads.js";
import { jobsById, type Job } from "../../store/queue/jobs.js";
import { allowedFolder } from "./allowed-folder.js";
import { requesterOf, type Context } from "../context.js";
import { Requires } from "../access/requires.js";
import { type FindingType, ImportStudyInput, ImportStudyPayload } from "./import-types.js";

const MAX_WAIT_SECONDS = 60;

@Resolver()
export class ImportsResolver {
  @Requires("writer")
  @Mutation(() => ImportStudyPayload, {
    description:
      "Imports a folder on the server. Importing again changes nothing; a folder that has grown adds what is new; a failure leaves the store as it was.",
  })
  async importStudy(
    @Arg("input", () => ImportStudyInput, { description: "Which folder, and the name to store its study under." })
    input: ImportStudyInput,
    @Ctx() context: Context,
  ): Promise<ImportStudyPayload> {
    const { waitSeconds, slug, name } = input;
    if (waitSeconds < 0 || waitSeconds > MAX_WAIT_SECONDS) {
      throw failure("ARGUMENT_INVALID", {
        where: "waitSeconds",
        received: String(waitSeconds),
        allowed: `0 to ${MAX_WAIT_SECONDS}`,
      });
    }
    const { principal } = context;
    if (principal.studies !== undefined && (slug == null || !principal.studies.includes(slug))) {
      throw failure("FORBIDDEN", {
        where: "input.slug",
        received: slug == null ? "none" : JSON.stringify(slug),
        allowed: principal.studies.join(", "),
        todo: "Name one of the studies that the token is for.",
      });
    }
    const folder = await allowedFolder(input.folder, context.importRoots);
    const { id, finished } = await context.imports.start(
      { folder, where: input.folder, slug: slug ?? undefined, name: name ?? undefined },
      { ...requesterOf(principal), ...(slug != null && { studies: [slug] }) },
    );
    await orAfter(finished, Math.min(waitSeconds * 1000, context.deadline.waitMilliseconds()));
    // Read past the request's loaders: the job has moved on since it was made.
    const [job] = await jobsById(context.database, [id]);
    if (job === undefined) throw new Error(`job ${id} is gone`);
    return payloadOf(job, context);
  }
}

async function payloadOf(job: Job, { loaders }: Context): Promise<ImportStudyPayload> {
  const result = job.status === "SUCCEEDED" ? (job.result as ImportResult) : undefined;
  if (result === undefined) return { job, study: null, findings: [] };
  const conflicts = result.outcome.conflicts.map(({ where, message }): FindingType => ({
    severity: "warning",
    code: "CONFLICTING_VALUES",
    where,
    message,
  }));
  const study = (await loaders.studyBySlug.load(result.outcome.slug)) ?? null;
  return { job, study, findings: [...result.findings, ...conflicts] };
}

/** Resolves with `promise`, or after `milliseconds`, whichever is first. */
async function orAfter(promise: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([promise, timeout]);
  clearTimeout(timer);
}
