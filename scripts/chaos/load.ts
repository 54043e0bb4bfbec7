import { setTimeout as sleep } from "node:timers/promises";
import { sendQuery, type Outcome } from "./send-query.js";

/** A query whose result does not change. */
export interface Query {
  readonly query: string;
  readonly variables?: object;
}

export interface Counters {
  answered: number;
  pending: number;
  refused: number;
  internal: number;
  unanswered: number;
  /** Responses that differ from those without faults; included in `answered`. */
  wrong: number;
  /** Number of wrong responses and of outcomes without a result, by reason. */
  readonly reasons: Map<string, number>;
}

export interface Load {
  readonly counters: Counters;
  stop(): Promise<void>;
}

const CLIENTS = 4;
/** Pause of a client after a request without a result. */
const BACK_OFF_MILLISECONDS = 50;
/** Maximum number of characters printed of a wrong response. */
const MAX_TEXT = 300;

/** Sends `queries` repeatedly from several clients and compares every response with `expected`. */
export function openLoad(address: string, queries: readonly Query[], expected: ReadonlyMap<Query, string>): Load {
  const counters: Counters = {
    answered: 0,
    pending: 0,
    refused: 0,
    internal: 0,
    unanswered: 0,
    wrong: 0,
    reasons: new Map(),
  };
  const stopSignal = new AbortController();
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let turn = client; !stopSignal.signal.aborted; turn += CLIENTS - 1) {
      const query = queries[turn % queries.length] as Query;
      const outcome = await sendQuery(address, query.query, query.variables);
      countOutcome(counters, outcome, expected.get(query));
      if (outcome.kind !== "answered") await sleep(BACK_OFF_MILLISECONDS);
    }
  });
  return {
    counters,
    async stop() {
      stopSignal.abort();
      await Promise.all(clients);
    },
  };
}

/** Counts an outcome and its reason. A response that differs from `expected` is wrong. */
export function countOutcome(counters: Counters, outcome: Outcome, expected: string | undefined): void {
  if (outcome.kind === "answered") {
    counters.answered++;
    if (outcome.text === expected) return;
    counters.wrong++;
    countReason(counters, `wrong: ${outcome.text.slice(0, MAX_TEXT)}`);
    return;
  }
  counters[outcome.kind]++;
  countReason(counters, `${outcome.kind}: ${outcome.reason}`);
}

function countReason({ reasons }: Counters, reason: string): void {
  reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
}
