import { Field, InputType, Int, ObjectType } from "type-graphql";
import { FindingSeverity } from "../../model/enums/finding-severity.js";
import { JobType } from "../job/job-type.js";
import { StudyType } from "../study/study-type.js";

@InputType({ description: "What to import." })
export class ImportStudyInput {
  @Field(() => String, { description: "The study's folder on the server, under one of its import roots." })
  folder!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "The slug to store under; the folder's name where it is not given. Naming a stored study's adds to it.",
  })
  slug?: string;

  @Field(() => String, { nullable: true, description: "Display name of a new study." })
  name?: string;

  @Field(() => Int, {
    defaultValue: 20,
    description: "How many seconds to wait for the end before answering with the running job; 0 to 60.",
  })
  waitSeconds!: number;
}

@ObjectType("Finding", { description: "Something that an import wants a person to know." })
export class FindingType {
  @Field(() => FindingSeverity, { description: "ERROR where a file could not be used." })
  severity!: string;

  @Field(() => String, { description: "Which finding it is, for programs: `CONFLICTING_VALUES`." })
  code!: string;

  @Field(() => String, { description: "A file or folder, relative to the study's folder, or an experiment." })
  where!: string;

  @Field(() => String, { description: "What was found and what was done about it, as a sentence for people." })
  message!: string;
}

@ObjectType({ description: "An import that was asked for." })
export class ImportStudyPayload {
  @Field(() => JobType, {
    description: "The import itself; it has not ended yet where it takes longer than waitSeconds.",
  })
  job!: object;

  @Field(() => StudyType, { nullable: true, description: "Null while the job runs, or where it failed." })
  study!: object | null;

  @Field(() => [FindingType], {
    description: "What the import found, did not understand, or left as it was; empty while it runs.",
  })
  findings!: FindingType[];
}
