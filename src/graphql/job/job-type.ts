import { Field, ID, Int, ObjectType } from "type-graphql";
import { JobStatus } from "../../model/enums/job-status.js";
import { StudyType } from "../study/study-type.js";

@ObjectType("Job", { description: "One long-running piece of work." })
export class JobType {
  @Field(() => ID, { description: "What job(id:) and the subscription jobProgress(id:) take." })
  id!: string;

  @Field(() => String, { description: "`IMPORT`, `COMPUTE` or `PRECOMPUTE`." })
  kind!: string;

  @Field(() => JobStatus, { description: "Only QUEUED and RUNNING change any more." })
  status!: JobStatus;

  @Field(() => Int, { description: "Pieces done: weight files of an import, facts of a computation." })
  done!: number;

  @Field(() => Int, { description: "Pieces in all; 0 while that is not known." })
  total!: number;

  @Field(() => String, { description: "Where it stands, or why it failed." })
  message!: string;

  @Field(() => Date, { description: "When it was asked for." })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: "When it succeeded, failed or was cancelled; null until then." })
  finishedAt!: Date | null;
}

@ObjectType({ description: "A precomputation that was asked for." })
export class PrecomputeStudyPayload {
  @Field(() => JobType, { description: "Ends when all of it is stored; follow it with the subscription jobProgress." })
  job!: object;

  @Field(() => StudyType, { description: "The study whose pairs of runs are compared." })
  study!: object;
}
