import { Arg, Ctx, Field, InputType, Int, Mutation, ObjectType, Resolver } from "type-graphql";
import { MAX_WAIT_SECONDS } from "../../model/limits.js";
import { failure, RankscopeError } from "../../errors.js";
import { allowedFolder, type ImportRoots } from "../../files/allowed-folder.js";
import { downloadAdvice, hubFolder, isHubAddress, parseHubAddress } from "../../files/hub-cache.js";
import { FindingSeverity } from "../../model/enums/job.js";
import type { ImportResult } from "../../model/job-payloads.js";
import { jobsById, type Job } from "../../store/queue/jobs.js";
import { actorOf } from "../access/actor.js";
import { Requires } from "../access/requires.js";
import type { Principal } from "../access/principal.js";
import { requesterOf, type Context } from "../context.js";
import { JobType } from "../job/job-type.js";
import { StudyType } from "../study/study-type.js";

@InputType({ description: "The folder to import, and the study to store it as." })
class ImportStudyInput {
  @Field(() => String, {
    description:
      "Folder of the study on the server, under one of its import roots and, if the token has import roots of its own, under one of those. `hf://org/name` and `hf://org/name@revision` are the repository's folder in the server's cache of the Hugging Face hub; nothing is downloaded.",
  })
  folder!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Slug of the study; by default the name of the folder. The slug of a stored study adds the folder's runs to it. If the folder has runs of several base models, each becomes a study, and the model's name is appended: `my-runs-llama-3-8b`.",
  })
  slug?: string;

  @Field(() => String, { nullable: true, description: "Display name of a new study." })
  name?: string;

  @Field(() => Int, {
    defaultValue: 20,
    description: "Maximum wait for the end of the import in seconds, 0 to 60. After that the running job is returned.",
  })
  waitSeconds!: number;
}

@ObjectType("Finding", { description: "A message of an import." })
class FindingType {
  @Field(() => FindingSeverity, { description: "Severity of the finding; ERROR if a file could not be used." })
  severity!: FindingSeverity;

  @Field(() => String, { description: "The kind of finding, for programs: `CONFLICTING_VALUES`." })
  code!: string;

  @Field(() => String, { description: "A file or folder, relative to the study's folder, or an experiment." })
  where!: string;

  @Field(() => String, { description: "The finding and how the import handled it, in one sentence." })
  message!: string;
}

@ObjectType({ description: "The result of importStudy." })
class ImportStudyPayload {
  @Field(() => JobType, { description: "The import job. It is still running if it takes longer than waitSeconds." })
  job!: object;

  @Field(() => StudyType, {
    nullable: true,
    description:
      "The imported study, of several the one with the most runs; null while the job is running, or if it failed.",
  })
  study!: object | null;

  @Field(() => [StudyType], {
    description:
      "All studies of the import, one per base model, the one with the most runs first; empty while the job is running, or if it failed.",
  })
  studies!: readonly object[];

  @Field(() => [FindingType], {
    description: "The messages of the import; empty while it is running.",
  })
  findings!: readonly FindingType[];
}

@Resolver()
export class ImportStudyResolver {
  @Requires("writer")
  @Mutation(() => ImportStudyPayload, {
    description:
      "Imports a folder on the server. A repeated import changes nothing; a folder with new files adds only their content. A failed import stores nothing.",
  })
  async importStudy(
    @Arg("input", () => ImportStudyInput, { description: "The folder to import, and the study to store it as." })
    input: ImportStudyInput,
    @Ctx() context: Context,
  ): Promise<ImportStudyPayload> {
    const { waitSeconds, slug, name } = input;
    checkWait(waitSeconds);
    checkSlug(slug, context.principal);
    const { importRoots, hubCache, principal } = context;
    const roots = { server: importRoots, token: principal.importRoots };
    const hub = isHubAddress(input.folder) ? parseHubAddress(input.folder) : undefined;
    const folder = await (hub === undefined
      ? allowedFolder(input.folder, roots)
      : allowedRepository(hubFolder(hubCache, hub), input.folder, roots));
    const { id, finished } = await context.imports.start(
      {
        folder,
        where: input.folder,
        revision: hub?.revision,
        // Base models are looked up in the cache only if the client may import from it.
        hubCache: await allowedFolder(hubCache, roots).catch(() => undefined),
        serverRoots: importRoots,
        slug: slug ?? undefined,
        name: name ?? undefined,
        allowedSlugs: principal.studies,
        actor: actorOf(principal),
      },
      { ...requesterOf(context.principal), ...(slug != null && { studies: [slug] }) },
    );
    await finishedOrTimeout(finished, Math.min(waitSeconds * 1000, context.deadline.waitMilliseconds()));
    // The request's loaders may hold an earlier state of the job.
    const [job] = await jobsById(context.database, [id]);
    if (job === undefined) throw new Error(`job ${id} is missing`);
    return payloadOf(job, context);
  }
}

/** @throws ARGUMENT_INVALID */
function checkWait(waitSeconds: number): void {
  if (waitSeconds >= 0 && waitSeconds <= MAX_WAIT_SECONDS) return;
  throw failure("ARGUMENT_INVALID", {
    where: "waitSeconds",
    received: String(waitSeconds),
    allowed: `0 to ${MAX_WAIT_SECONDS}`,
  });
}

/**
 * Returns the real path of a repository in the hub's cache that the client may import. The error is the same for a repository
 * that is missing and for one outside of the roots, so that it does not reveal the server's files.
 *
 * @throws FOLDER_NOT_ALLOWED, FORBIDDEN
 */
async function allowedRepository(folder: string, address: string, roots: ImportRoots): Promise<string> {
  return allowedFolder(folder, roots).catch((cause: unknown) => {
    if (!(cause instanceof RankscopeError) || cause.code !== "FOLDER_NOT_ALLOWED") throw cause;
    throw failure("FOLDER_NOT_ALLOWED", {
      where: "folder",
      received: JSON.stringify(address),
      allowed: "a repository in the hub's cache on the server, under an import root",
      fix: `${downloadAdvice(address)} The cache must be under one of the import roots.`,
      cause,
    });
  });
}

/** Rejects imports into studies that the principal cannot see. @throws FORBIDDEN */
function checkSlug(slug: string | null | undefined, { studies }: Principal): void {
  if (studies === undefined || (slug != null && studies.includes(slug))) return;
  throw failure("FORBIDDEN", {
    where: "input.slug",
    received: slug == null ? "none" : JSON.stringify(slug),
    allowed: studies.join(", "),
    fix: `This token is limited to these studies. Pass the slug of the study to import into: input: { folder: "...", slug: ${JSON.stringify(studies[0] ?? "...")} }.`,
  });
}

async function payloadOf(job: Job, { loaders }: Context): Promise<ImportStudyPayload> {
  if (job.status !== "SUCCEEDED") return { job, study: null, studies: [], findings: [] };
  const { outcomes, findings } = job.result as ImportResult;
  const conflicts = outcomes.flatMap((outcome) =>
    outcome.conflicts.map(({ where, message }): FindingType => ({
      severity: "warning",
      code: "CONFLICTING_VALUES",
      where,
      message,
    })),
  );
  const loaded = await Promise.all(outcomes.map(({ slug }) => loaders.studyBySlug.load(slug)));
  const studies = loaded.flatMap((study) => study ?? []);
  return { job, study: studies[0] ?? null, studies, findings: [...findings, ...conflicts] };
}

/** Resolves when `finished` does, or after `milliseconds`. */
async function finishedOrTimeout(finished: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([finished, timeout]);
  clearTimeout(timer);
}
