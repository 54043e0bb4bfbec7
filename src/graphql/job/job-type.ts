import { Field, ID, Int, ObjectType } from "type-graphql";
import { JobStatus } from "../../model/enums/job.js";
import { StudyType } from "../study/study-type.js";

@ObjectType("Job", { description: "A long-running task: an import or a computation." })
export class JobType {
  @Field(() => ID, { description: "Id of the job, for job(id:) and the subscription jobProgress(id:)." })
  id!: string;

  @Field(() => String, { description: "`IMPORT`, `COMPUTE`, `BEHAVIOUR` or `PRECOMPUTE`." })
  kind!: string;

  @Field(() => JobStatus, { description: "Current status. It changes only while it is QUEUED or RUNNING." })
  status!: JobStatus;

  @Field(() => Int, {
    description: "Completed units: weight files of an import, facts of a computation, items of a run of models.",
  })
  done!: number;

  @Field(() => Int, { description: "Total number of units; 0 while it is unknown." })
  total!: number;

  @Field(() => String, { description: "The current step, why the job does not run, or why it failed." })
  message!: string;

  @Field(() => Date, { description: "When the job was requested." })
  createdAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: "When the job succeeded, failed or was cancelled; null until then.",
  })
  finishedAt!: Date | null;
}

@ObjectType({ description: "The result of precomputeStudy." })
export class PrecomputeStudyPayload {
  @Field(() => JobType, {
    description: "The job, which ends when all results are stored. Follow it with the subscription jobProgress.",
  })
  job!: object;

  @Field(() => StudyType, { description: "The study whose runs are compared." })
  study!: object;
}
