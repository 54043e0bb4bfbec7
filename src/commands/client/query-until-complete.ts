import type { TadaDocumentNode } from "gql.tada";
import type { GraphQLClient } from "./graphql-client.js";

/** Minimum time between two requests where an answer comes at once. */
const PAUSE_MILLISECONDS = 500;

interface CompleteAnswer<Data> {
  readonly data: Data;
  /** Number of its values that are still being computed; 0 for a complete answer. */
  readonly pending: number;
}

export interface WaitOptions {
  /** Time for which the query is repeated, milliseconds; the client's own limit if undefined. */
  readonly patienceMilliseconds?: number | undefined;
  readonly signal: AbortSignal;
  /** Called after each answer that is incomplete. */
  readonly onPending?: (pending: number) => void;
}

/** Repeats a query while results that it needs are computed, until the answer is complete or the time is up. */
export async function queryUntilComplete<Data, Variables>(
  client: GraphQLClient,
  document: TadaDocumentNode<Data, Variables>,
  variables: Variables,
  { patienceMilliseconds = client.patienceMilliseconds, signal, onPending }: WaitOptions,
): Promise<CompleteAnswer<Data>> {
  const until = performance.now() + patienceMilliseconds;
  for (;;) {
    const began = performance.now();
    const data = await client.query(document, variables, signal);
    const pending = countPending(data);
    if (pending === 0 || performance.now() >= until) return { data, pending };
    onPending?.(pending);
    const pause = Math.min(PAUSE_MILLISECONDS - (performance.now() - began), until - performance.now());
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    signal.throwIfAborted();
  }
}

/** Fields that say whether a value is there. */
const PENDING_FIELDS: ReadonlySet<string> = new Set(["undefinedReason", "status"]);

/** Returns the number of pending values of an answer; if there is none, the number of conclusions and jobs that wait. */
function countPending(answer: unknown): number {
  const values = countWhere(answer, (name, value) => (PENDING_FIELDS.has(name) && value === "PENDING" ? 1 : 0));
  if (values > 0) return values;
  return countWhere(answer, (name, value) => {
    if (name === "jobs" && Array.isArray(value)) return value.length;
    return name === "kind" && value === "WEIGHTS_PENDING" ? 1 : 0;
  });
}

/** Returns the sum of `count` over all fields of an answer, at any depth. */
function countWhere(answer: unknown, count: (name: string, value: unknown) => number): number {
  if (typeof answer !== "object" || answer === null) return 0;
  return Object.entries(answer).reduce((sum, [name, value]) => sum + count(name, value) + countWhere(value, count), 0);
}
