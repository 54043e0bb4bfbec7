import { setTimeout as sleep } from "node:timers/promises";
import { ask, type Outcome } from "./ask.js";

/** Questions whose answers do not change, and the answers of a server that nothing was done to. */
export interface Question {
  readonly query: string;
  readonly variables?: object;
}

export interface Tally {
  answered: number;
  later: number;
  refused: number;
  unclear: number;
  cut: number;
  wrong: number;
  /** Outcomes other than answers, by what they said. */
  readonly reasons: Map<string, number>;
}

export interface Load {
  readonly tally: Tally;
  stop(): Promise<void>;
}

const CLIENTS = 4;
/** A client that was refused does not hammer. */
const BACK_OFF_MILLISECONDS = 50;
/** Characters of a wrong answer. */
const SHOWN = 300;

/** Asks `questions` again and again, by several clients at once, and compares every answer with `expected`. */
export function openLoad(
  address: string,
  questions: readonly Question[],
  expected: ReadonlyMap<Question, string>,
): Load {
  const tally: Tally = { answered: 0, later: 0, refused: 0, unclear: 0, cut: 0, wrong: 0, reasons: new Map() };
  const stopping = new AbortController();
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    for (let turn = client; !stopping.signal.aborted; turn += CLIENTS - 1) {
      const question = questions[turn % questions.length] as Question;
      const outcome = await ask(address, question.query, question.variables);
      note(tally, outcome, expected.get(question));
      if (outcome.kind !== "answered") await sleep(BACK_OFF_MILLISECONDS);
    }
  });
  return {
    tally,
    async stop() {
      stopping.abort();
      await Promise.all(clients);
    },
  };
}

/** Counts an outcome; a wrong answer with what is wrong about it. */
export function note(tally: Tally, outcome: Outcome, expected: string | undefined): void {
  if (outcome.kind === "answered") {
    tally.answered++;
    if (outcome.text === expected) return;
    tally.wrong++;
    count(tally, `wrong: ${outcome.text.slice(0, SHOWN)}`);
    return;
  }
  tally[outcome.kind]++;
  count(tally, `${outcome.kind}: ${outcome.why}`);
}

function count({ reasons }: Tally, reason: string): void {
  reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
}
