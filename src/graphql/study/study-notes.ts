import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { StudyType } from "./study-type.js";

@Resolver(() => StudyType)
export class StudyNotesResolver {
  @Costs({ points: 10 })
  @FieldResolver(() => String, {
    nullable: true,
    description:
      "Notes of people about the study, in Markdown, exactly as they were sent (updateStudy). Sanitize them before you render them as HTML. Null without notes.",
  })
  async notes(@Root() { id }: Study, @Ctx() { loaders }: Context): Promise<string | null> {
    return (await loaders.studyNotes.load(id))?.notes ?? null;
  }
}
