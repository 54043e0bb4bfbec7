import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, FieldResolver, Float, Info, Resolver, Root } from "type-graphql";
import { ReportFormat } from "../../model/enums/export.js";
import { studyReport } from "../../report/study-report.js";
import { writeReport } from "../../report/write-report.js";
import type { Study } from "../../store/studies/studies.js";
import { waitSecondsArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { StudyType } from "../study/study-type.js";

@Resolver(() => StudyType)
export class StudyReportResolver {
  @Costs({ points: 10_000 })
  @FieldResolver(() => String, {
    description:
      "The complete diagnosis as text. Unknown values are n/a. As a file: /export/studies/<slug>/report.md, .html or .json.",
  })
  async report(
    @Root() { slug }: Study,
    @Arg("format", () => ReportFormat, {
      defaultValue: ReportFormat.MARKDOWN,
      description: "Format of the text. All formats have the same content.",
    })
    format: ReportFormat,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Arg("on", () => String, {
      nullable: true,
      description:
        "Name of an evaluation set on which the models are run: the report then has their behaviour. Another name is an error (EVALUATION_SET_NOT_FOUND).",
    })
    on: string | undefined,
    @Ctx() context: Context,
    @Info() { schema }: GraphQLResolveInfo,
  ): Promise<string> {
    return await writeReport(await studyReport(schema, context, slug, { waitSeconds, on }), format);
  }
}
