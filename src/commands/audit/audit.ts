import type { ResultOf, VariablesOf } from "gql.tada";
import { failure } from "../../errors.js";
import { AuditAction } from "../../model/enums/audit.js";
import { graphql } from "../../model/graphql-document.js";
import { openClient } from "../client/open-client.js";
import { interruptible } from "../interruptible.js";
import { print, type Process } from "../process.js";

/** The options of `rankscope audit`. */
export interface AuditOptions {
  /** Seconds before now. */
  readonly since?: number;
  readonly study?: string;
  readonly token?: string;
  readonly action?: readonly string[];
  readonly limit?: number;
  readonly json?: true;
  readonly server?: string;
}

/** The server's maximum page size. */
const PAGE_SIZE = 100;

/** Prints entries of the audit log, newest first, as text or as JSON lines. @throws ARGUMENT_INVALID, FORBIDDEN */
export function audit(command: Process, options: AuditOptions): Promise<void> {
  return interruptible(async (signal) => {
    const { since, study = null, token = null, limit = Infinity, json } = options;
    const filter = {
      actions: options.action === undefined ? null : options.action.map(readAction),
      study,
      tokenId: token,
      since: since === undefined ? null : new Date(Date.now() - since * 1000).toISOString(),
    };
    const client = await openClient(command, { purpose: "audit", server: options.server });
    try {
      let printed = 0;
      for (let after: string | null = null; ;) {
        const first = Math.min(PAGE_SIZE, limit - printed);
        const variables: VariablesOf<typeof AUDIT> = { filter, first, after };
        const { auditLog: page } = await client.query(AUDIT, variables, signal);
        for (const entry of page.nodes) print(json === true ? JSON.stringify(entry) : entryText(entry));
        printed += page.nodes.length;
        after = page.pageInfo.endCursor;
        if (!page.pageInfo.hasNextPage || printed >= limit) break;
      }
      if (printed === 0 && json !== true) print("No entry matches.");
    } finally {
      await client.close();
    }
  });
}

type Entry = ResultOf<typeof AUDIT>["auditLog"]["nodes"][number];

function entryText({ at, action, study, subject, details, ...origin }: Entry): string {
  const what = [study, subject].filter((part) => part !== null).join(" ");
  const text = JSON.stringify(details);
  return [at, originText(origin), action, what, text === "{}" ? "" : text].filter((part) => part !== "").join("  ");
}

function originText({
  actor,
  tokenId,
  tokenName,
  osUser,
  address,
}: Pick<Entry, "actor" | "tokenId" | "tokenName" | "osUser" | "address">): string {
  const name = tokenName === null || tokenName === "" ? tokenId : `${tokenName} (${tokenId})`;
  const who = name ?? osUser ?? actor.toLowerCase();
  return address === null ? who : `${who} from ${address}`;
}

/** @throws ARGUMENT_INVALID */
function readAction(word: string): AuditAction {
  const action = Object.values(AuditAction).find((one) => one === word.toUpperCase());
  if (action !== undefined) return action;
  throw failure("ARGUMENT_INVALID", {
    where: "--action",
    received: JSON.stringify(word),
    allowed: Object.values(AuditAction).join(", "),
  });
}

const AUDIT = graphql(`
  query Audit($filter: AuditFilterInput, $first: Int!, $after: String) {
    auditLog(filter: $filter, first: $first, after: $after) {
      pageInfo {
        endCursor
        hasNextPage
      }
      nodes {
        id
        at
        action
        actor
        tokenId
        tokenName
        osUser
        address
        requestId
        study
        subject
        details
      }
    }
  }
`);
