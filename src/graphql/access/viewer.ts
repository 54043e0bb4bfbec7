import { Ctx, Field, Int, ObjectType, Query, Resolver } from "type-graphql";
import type { Context } from "../context.js";
import { hasRole } from "./principal.js";
import { Requires } from "./requires.js";

@ObjectType("Viewer", { description: "The sender of this request, and what it may do.", simpleResolvers: true })
class ViewerType {
  @Field(() => String, { nullable: true, description: "Id of the access token; null if the server requires none." })
  token!: string | null;

  @Field(() => String, { nullable: true, description: "Name of the access token; null without one." })
  name!: string | null;

  @Field(() => String, { description: "reader, writer or admin. Without tokens everyone is an admin." })
  role!: string;

  @Field(() => [String], {
    nullable: true,
    description: "Slugs of the only studies that the token gives access to; null for all studies.",
  })
  studies!: readonly string[] | null;

  @Field(() => Date, {
    nullable: true,
    description: "Time at which the token, or the page's session, expires; null for never.",
  })
  expiresAt!: Date | null;

  @Field(() => Int, {
    nullable: true,
    description: "Requests of the token that all servers together answer in a minute; null for any number.",
  })
  requestsPerMinute!: number | null;

  @Field(() => Boolean, {
    description: "Whether it may change, import and delete studies: those in `studies`, or all.",
  })
  mayChange!: boolean;

  @Field(() => Boolean, { description: "True if it may read the audit log." })
  mayReadAuditLog!: boolean;
}

@Resolver()
export class ViewerResolver {
  @Requires("reader")
  @Query(() => ViewerType, { description: "The sender of this request, and what it may do." })
  viewer(@Ctx() { principal }: Context): ViewerType {
    const { token, role, studies, session, requestsPerMinute = null } = principal;
    const ends = [token?.expiresAt, session?.expiresAt].filter((time) => time != null);
    return {
      token: token?.id ?? null,
      name: token?.name ?? null,
      role,
      studies: studies ?? null,
      expiresAt: ends.sort((left, right) => left.getTime() - right.getTime())[0] ?? null,
      requestsPerMinute,
      mayChange: hasRole(role, "writer"),
      mayReadAuditLog: hasRole(role, "admin") && studies === undefined,
    };
  }
}
