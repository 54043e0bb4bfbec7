import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, FieldResolver, Float, Info, Resolver, Root } from "type-graphql";
import type { Study } from "../../store/studies/studies.js";
import { waitSecondsArg } from "../arguments.js";
import type { Context } from "../context.js";
import { studyTable } from "../../export/study-table.js";
import { tableInAnswer } from "./table-in-answer.js";
import { MEDIA_TYPES } from "../../export/write-table.js";
import { studyReport } from "../../report/study-report.js";
import { writeReport } from "../../report/write-report.js";
import { StudyTableType } from "./export-type.js";
import { ReportFormat, TableFormat, TableKind } from "../../model/enums/export.js";
import { StudyType } from "../study/study-type.js";
import { Costs } from "../cost/costs.js";

/** A study as files. */
@Resolver(() => StudyType)
export class ExportsResolver {
  @Costs({ points: 10_000 })
  @FieldResolver(() => String, {
    description:
      "The whole diagnosis as a text, to be read or kept. What is not known is n/a there. Download: /export/studies/<slug>/report.md, .html or .json.",
  })
  async report(
    @Root() { slug }: Study,
    @Arg("format", () => ReportFormat, {
      defaultValue: ReportFormat.MARKDOWN,
      description: "How the text is written; its facts are the same.",
    })
    format: ReportFormat,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Ctx() context: Context,
    @Info() { schema }: GraphQLResolveInfo,
  ): Promise<string> {
    return writeReport(await studyReport(schema, context, slug, waitSeconds), format);
  }

  @Costs({ points: 10_000 })
  @FieldResolver(() => StudyTableType, {
    description: "One of the study's tables as a file in the answer, up to 10,000 rows; larger ones are downloads.",
  })
  async table(
    @Root() study: Study,
    @Arg("kind", () => TableKind, { description: "What its rows are." }) kind: TableKind,
    @Arg("format", () => TableFormat, { defaultValue: TableFormat.CSV, description: "How the file is written." })
    format: TableFormat,
    @Ctx() context: Context,
  ): Promise<StudyTableType> {
    const [name, extension] = [kind.toLowerCase(), format.toLowerCase()];
    const path = `/export/studies/${study.slug}/${name}.${extension}`;
    return {
      ...(await tableInAnswer(await studyTable(context, study, kind), format, path)),
      fileName: `${study.slug}-${name}.${extension}`,
      mediaType: MEDIA_TYPES[format],
      path,
    };
  }
}
