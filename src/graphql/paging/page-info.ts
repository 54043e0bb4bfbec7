import { Field, ObjectType } from "type-graphql";

@ObjectType({ description: "The position of a page in its list (Relay).", simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: "Whether the list has more items after endCursor." })
  hasNextPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "Cursor of the last item: pass it as `after` to get the next page. Null for an empty page.",
  })
  endCursor!: string | null;
}
