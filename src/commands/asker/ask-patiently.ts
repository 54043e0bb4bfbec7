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

/** What an answer says is still being computed, wherever it says so: values, conclusions that lack them, or their jobs. */
export function countPending(answer: unknown): number {
  if (typeof answer !== "object" || answer === null) return 0;
  return Object.entries(answer).reduce((sum, [name, value]) => {
    if (name === "jobs" && Array.isArray(value)) return sum + value.length;
    const isPending =
      (name === "undefinedReason" && value === "PENDING") || (name === "kind" && value === "WEIGHTS_PENDING");
    return sum + (isPending ? 1 : countPending(value));
  }, 0);
}
