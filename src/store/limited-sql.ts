import type { Sql, TransactionSql } from "postgres";
import { failure } from "../errors.js";
import { transactionSql, type TransactionSettings } from "./sql/transaction-sql.js";

/** The role of limited transactions (migration `row_security`). */
const LIMITED_ROLE = "rankscope_limited";

/** The tables that the role may read. Their policies restrict it to the studies of the setting `rankscope.studies`. */
const LIMITED_TABLES = [
  "study",
  "rank",
  "experiment",
  "metric",
  "experiment_setting",
  "evaluation",
  "experiment_prediction",
  "prediction_set",
  "prediction_text",
  "metric_series",
  "layer",
  "checkpoint",
  "adapter_factors",
  "factor_tensor",
  "weight_file",
  "comparison",
  "job",
  "base_model",
  "evaluation_set",
  "behaviour_fact",
  "behaviour_item",
];

/**
 * Returns `sql` limited to the studies of `slugs`. Each statement runs in a read-only transaction of its own, `begin` in one
 * that may write. PostgreSQL restricts it by row-level security, whatever the statement is and whichever connection serves it.
 * A result is returned only after PostgreSQL confirmed the restriction in the same transaction.
 *
 * @throws ISOLATION_FAILED if PostgreSQL does not restrict the transaction to exactly these studies; it is rolled back
 */
export function limitedSql(sql: Sql, slugs: readonly string[], settings: TransactionSettings = {}): Sql {
  const all = { ...settings, role: LIMITED_ROLE, "rankscope.studies": slugs.join(",") };
  return transactionSql(sql, async (transaction) => {
    const state = await applySettings(transaction, all).catch((cause: unknown) => {
      throw isolationFailure(cause) ?? cause;
    });
    assertLimited(state, all["rankscope.studies"]);
  });
}

/** State of a transaction that PostgreSQL reports after the settings were applied. */
interface TransactionState {
  readonly role: string;
  readonly studies: string | null;
  /** Whether the policies of every limited table apply. They do not for superusers, owners and roles with BYPASSRLS. */
  readonly areTablesRestricted: boolean;
}

/** Applies `settings` to a transaction, in one statement, and returns its state afterwards. */
async function applySettings(
  sql: TransactionSql,
  settings: TransactionSettings,
): Promise<TransactionState | undefined> {
  const [state] = await sql<TransactionState[]>`
    with applied as materialized (
      select count(set_config(name, value, true)) as n
      from unnest(${Object.keys(settings)}::text[], ${Object.values(settings)}::text[]) as setting (name, value))
    select current_user::text as role, current_setting('rankscope.studies', true) as studies,
      (select bool_and(row_security_active(name)) from unnest(${LIMITED_TABLES}::text[]) as name where n > 0)
        as "areTablesRestricted"
    from applied`;
  return state;
}

/** @throws ISOLATION_FAILED unless a transaction in this state is restricted to `studies` */
export function assertLimited(state: TransactionState | undefined, studies: string): void {
  if (state?.role === LIMITED_ROLE && state.studies === studies && state.areTablesRestricted) return;
  const received =
    state === undefined
      ? "no answer"
      : `role ${state.role}, ${state.studies === studies ? "the token's" : "other"} studies, policies ${state.areTablesRestricted ? "" : "not "}active`;
  throw failure("ISOLATION_FAILED", { received });
}

/** PostgreSQL's error codes for a role that does not exist, that may not be set, and for tables that it may not read. */
const ROLE_ERRORS: ReadonlySet<unknown> = new Set(["22023", "42704", "42501", "42P01"]);

function isolationFailure(cause: unknown): Error | undefined {
  const { code, message } = cause as { readonly code?: unknown; readonly message?: string };
  return ROLE_ERRORS.has(code) ? failure("ISOLATION_FAILED", { received: message, cause }) : undefined;
}
