import { GraphQLJSON } from "graphql-scalars";
import { Arg, Ctx, Field, ID, InputType, Int, ObjectType, Query, Resolver } from "type-graphql";
import { failure } from "../../errors.js";
import { AuditAction } from "../../model/enums/audit.js";
import { auditEntries, countAuditEntries, type AuditEntry } from "../../store/audit/audit-log.js";
import { afterArg, pageSizeArg } from "../arguments.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { readListCursor } from "../paging/cursors.js";
import { listPage } from "../paging/list-page.js";
import { checkPageSize, PageInfo } from "../paging/page.js";
import { Requires } from "./requires.js";

@InputType({ description: "Selects entries of the audit log. All conditions must hold." })
class AuditFilterInput {
  @Field(() => [AuditAction], { nullable: true, description: "The actions to include; by default all." })
  actions?: AuditAction[] | null;

  @Field(() => String, { nullable: true, description: "Slug of the study that the action concerned." })
  study?: string | null;

  @Field(() => String, { nullable: true, description: "Id of the access token that was used." })
  tokenId?: string | null;

  @Field(() => Date, { nullable: true, description: "Entries of this time and later." })
  since?: Date | null;

  @Field(() => Date, { nullable: true, description: "Entries before this time." })
  until?: Date | null;
}

@ObjectType("AuditEntry", {
  description: "One action of a client, a command or the server. Entries cannot be changed.",
  simpleResolvers: true,
})
class AuditEntryType {
  @Field(() => ID, { description: "Id of the entry." })
  id!: string;

  @Field(() => Date, { description: "Time of the action: the start of its transaction, by PostgreSQL's clock." })
  at!: Date;

  @Field(() => AuditAction, { description: "The kind of action." })
  action!: AuditAction;

  @Field(() => String, {
    description:
      "Who did it: TOKEN, ANONYMOUS (a client of a server that requires no token, or refused credentials), COMMAND, or SERVER.",
  })
  actor!: string;

  @Field(() => String, { nullable: true, description: "Id of the access token; null without one." })
  tokenId!: string | null;

  @Field(() => String, { nullable: true, description: "Name of the access token at that time; null without one." })
  tokenName!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Operating system's user who ran the command; null for requests, or if the system does not name one.",
  })
  osUser!: string | null;

  @Field(() => String, { nullable: true, description: "IP address of the client; null for commands and the server." })
  address!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "X-Request-Id of the request, as in the server's log; null for commands, WebSockets and the server.",
  })
  requestId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Slug of the study; null if the action concerned none, or several.",
  })
  study!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Name of a run, id of a token or job, or file; null if the action concerned the study itself.",
  })
  subject!: string | null;

  @Field(() => GraphQLJSON, {
    description: "Changed fields as { field: { before, after } }, and further details. It never contains secrets.",
  })
  details!: unknown;
}

@ObjectType({ description: "A page of the audit log, newest first.", simpleResolvers: true })
class AuditPage {
  @Field(() => Int, { description: "Exact number of matching entries, counted only if requested." })
  totalCount!: number | (() => Promise<number>);

  @Field(() => PageInfo, { description: "Whether there is a next page, and its cursor." })
  pageInfo!: PageInfo;

  @Field(() => [AuditEntryType], { description: "The entries of this page, at most `first`." })
  nodes!: readonly AuditEntry[];
}

const LIST = "auditLog";

@Resolver()
export class AuditLogResolver {
  @Requires("admin")
  @Costs({ points: 100, items: ({ first }) => Math.max(0, Number(first)) })
  @Query(() => AuditPage, {
    description:
      "Who did what to what, when and from where, newest first. For administrators with access to all studies.",
  })
  async auditLog(
    @Arg("filter", () => AuditFilterInput, { nullable: true, description: "The entries to include; by default all." })
    filter: AuditFilterInput | undefined,
    @Arg("first", () => Int, pageSizeArg) first: number,
    @Arg("after", () => String, afterArg) after: string | undefined,
    @Ctx() { database, principal, limits }: Context,
  ): Promise<AuditPage> {
    if (principal.studies !== undefined) {
      throw failure("FORBIDDEN", {
        where: "Query.auditLog",
        received: "a token for some studies",
        allowed: "an admin's token for all studies",
      });
    }
    const limit = checkPageSize(first, limits);
    const selected = filter ?? {};
    const entries = await auditEntries(database, {
      filter: selected,
      // An additional entry shows that there is a next page.
      limit: limit + 1,
      after: after == null ? undefined : readListCursor(LIST, "time", after),
    });
    return listPage(entries, { limit, order: LIST, totalCount: () => countAuditEntries(database, selected) });
  }
}
