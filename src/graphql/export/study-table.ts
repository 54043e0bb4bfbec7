import { Arg, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from "type-graphql";
import { failure } from "../../errors.js";
import { studyTable } from "../../export/study-table.js";
import type { Cell, Table } from "../../export/table.js";
import { MEDIA_TYPES, tableChunks } from "../../export/write-table.js";
import { TableFormat, TableKind } from "../../model/enums/export.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { StudyType } from "../study/study-type.js";

@ObjectType("StudyTable", { description: "A table of a study as a file." })
class StudyTableType {
  @Field(() => String, { description: "File name: `my-study-layers.csv`." })
  fileName!: string;

  @Field(() => String, {
    description: "Content-Type of the file: `text/csv; charset=utf-8; header=present`.",
  })
  mediaType!: string;

  @Field(() => Int, { description: "Number of rows without the header." })
  rowCount!: number;

  @Field(() => String, { description: "Content of the file: CSV as text, Parquet in base64." })
  content!: string;

  @Field(() => String, { description: "Path of the same file as a download on this server." })
  path!: string;
}

/** Maximum number of rows in a response, which is held in memory. Downloads have no limit. */
const MAX_ROWS = 10_000;

@Resolver(() => StudyType)
export class StudyTableResolver {
  @Costs({ points: 10_000 })
  @FieldResolver(() => StudyTableType, {
    description: "A table of the study as a file of up to 10,000 rows. Larger tables are available as downloads.",
  })
  async table(
    @Root() study: Study,
    @Arg("kind", () => TableKind, { description: "The table to return." }) kind: TableKind,
    @Arg("format", () => TableFormat, { defaultValue: TableFormat.CSV, description: "Format of the file." })
    format: TableFormat,
    @Ctx() context: Context,
  ): Promise<StudyTableType> {
    const name = kind.toLowerCase();
    const extension = format.toLowerCase();
    const path = `/export/studies/${study.slug}/${name}.${extension}`;
    const table = await studyTable(context, study, kind);
    return {
      ...(await tableContent(table, format, path)),
      fileName: `${study.slug}-${name}.${extension}`,
      mediaType: MEDIA_TYPES[format],
      path,
    };
  }
}

/**
 * Returns a table as text: CSV as it is, Parquet in base64.
 *
 * @param path the download of the table, for the error
 * @throws ARGUMENT_INVALID if the table has more than MAX_ROWS rows
 */
async function tableContent(
  { columns, rows }: Table,
  format: TableFormat,
  path: string,
): Promise<Pick<StudyTableType, "content" | "rowCount">> {
  let rowCount = 0;
  async function* countedRows(): AsyncGenerator<readonly (readonly Cell[])[]> {
    for await (const batch of rows) {
      rowCount += batch.length;
      if (rowCount > MAX_ROWS) throw tooManyRows(path);
      yield batch;
    }
  }
  const chunks: Buffer[] = [];
  for await (const chunk of tableChunks({ columns, rows: countedRows() }, format)) chunks.push(Buffer.from(chunk));
  return { content: Buffer.concat(chunks).toString(format === "CSV" ? "utf8" : "base64"), rowCount };
}

function tooManyRows(path: string): Error {
  return failure("ARGUMENT_INVALID", {
    where: "table",
    received: `a table of more than ${MAX_ROWS} rows`,
    allowed: `up to ${MAX_ROWS} rows in a response`,
    fix: `Download it from ${path}.`,
  });
}
