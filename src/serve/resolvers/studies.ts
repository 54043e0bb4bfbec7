import { Arg, Ctx, Int, Query, Resolver } from "type-graphql";
import { countStudies, studiesAfter, type Study } from "../../store/studies.js";
import type { Context } from "../context.js";
import { pageSize, type Page } from "../page.js";
import { readCursor, writeCursor } from "../study-cursor.js";
import { StudyConnection } from "../types/page.js";
import { StudyType } from "../types/study.js";

@Resolver()
export class StudiesResolver {
  @Query(() => StudyType, { nullable: true, description: "One study by its slug; null where there is none." })
  async study(@Arg("slug", () => String) slug: string, @Ctx() { loaders }: Context): Promise<Study | null> {
    return (await loaders.studyBySlug.load(slug)) ?? null;
  }

  @Query(() => StudyConnection, { description: "The studies of this store, the newest first." })
  async studies(
    @Arg("first", () => Int, { defaultValue: 50 }) first: number,
    @Arg("after", () => String, { nullable: true }) after: string | undefined,
    @Ctx() { database }: Context,
  ): Promise<Page<Study>> {
    const limit = pageSize(first);
    const [totalCount, rows] = await Promise.all([
      countStudies(database),
      // One more than asked tells whether there is a next page.
      studiesAfter(database, limit + 1, after == null ? undefined : readCursor(after)),
    ]);
    const nodes = rows.slice(0, limit);
    const last = nodes.at(-1);
    return {
      totalCount,
      pageInfo: { hasNextPage: rows.length > limit, endCursor: last ? writeCursor(last) : null },
      nodes,
    };
  }
}
