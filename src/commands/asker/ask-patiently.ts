import type { Asker } from "./asker.js";

/** Between two times of asking where the answer came at once. */
const PAUSE_MILLISECONDS = 500;

export interface PatientAnswer<Data> {
  readonly data: Data;
  /** Values of it that are still being computed; 0 is a whole answer. */
  readonly pending: number;
}

export interface PatienceOptions {
  /** How long to ask again, milliseconds; the asker's own patience where it is not given. */
  readonly patience?: number | undefined;
  readonly signal: AbortSignal;
  /** Told each time that something is still missing. */
  readonly onPending?: (pending: number) => void;
}

/** Asks again while weights that the answer needs are computed, until it is whole or time is up. */
export async function askPatiently<Data>(
  asker: Asker,
  source: string,
  variables: Readonly<Record<string, unknown>>,
  { patience = asker.patience, signal, onPending }: PatienceOptions,
): Promise<PatientAnswer<Data>> {
  const until = performance.now() + patience;
  for (;;) {
    const began = performance.now();
    const data = (await asker.ask(source, variables, signal)) as Data;
    const pending = countPending(data);
    if (pending === 0 || performance.now() >= until) return { data, pending };
    onPending?.(pending);
    const pause = Math.min(PAUSE_MILLISECONDS - (performance.now() - began), until - performance.now());
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    signal.throwIfAborted();
  }
}

/** What an answer says is still being computed: its values, or, where it tells of none, the conclusions and jobs that wait. */
export function countPending(answer: unknown): number {
  const values = countWhere(answer, (name, value) => (name === "undefinedReason" && value === "PENDING" ? 1 : 0));
  if (values > 0) return values;
  return countWhere(answer, (name, value) => {
    if (name === "jobs" && Array.isArray(value)) return value.length;
    return name === "kind" && value === "WEIGHTS_PENDING" ? 1 : 0;
  });
}

/** The sum over all fields of an answer, however deep. */
function countWhere(answer: unknown, count: (name: string, value: unknown) => number): number {
  if (typeof answer !== "object" || answer === null) return 0;
  return Object.entries(answer).reduce((sum, [name, value]) => sum + count(name, value) + countWhere(value, count), 0);
}
