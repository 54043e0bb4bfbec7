import { Field, Int, ObjectType } from "type-graphql";

@ObjectType("StudyTable", { description: "One of a study's tables, small enough for an answer." })
export class StudyTableType {
  @Field(() => String, { description: "`my-study-layers.csv`." })
  fileName!: string;

  @Field(() => String, {
    description: "What a download of it declares as Content-Type: `text/csv; charset=utf-8; header=present`.",
  })
  mediaType!: string;

  @Field(() => Int, { description: "Without the header." })
  rowCount!: number;

  @Field(() => String, { description: "The file: CSV as it is, Parquet in base64." })
  content!: string;

  @Field(() => String, { description: "Where this server gives the same file as a download." })
  path!: string;
}
