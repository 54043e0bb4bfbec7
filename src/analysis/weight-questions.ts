import DataLoader from "dataloader";
import type { PairFacts, SpectrumFacts, SubspaceFacts } from "../model/computed-facts.js";
import type { FactRequest, FactResult, WeightFacts } from "../model/weight-facts.js";
import type { WeightUpdate, UpdatePair } from "../model/weight-updates.js";
import type { JobRequester } from "../model/job-requester.js";
import type { Deadline } from "./request-deadline.js";
import type { RequestReads } from "./request-reads.js";

/** Asks about `subjects` for at most `waitMilliseconds` after the request began; answers are in their order. */
type Question<Subject, Facts> = (
  subjects: readonly Subject[],
  waitMilliseconds: number,
) => Promise<FactResult<Facts>[]>;

/** What one request asks of weights: all that its fields miss at one time goes in one call, each subject once. */
export interface WeightQuestions {
  readonly comparisons: Question<UpdatePair, PairFacts>;
  readonly subspaces: Question<UpdatePair, SubspaceFacts>;
  readonly spectra: Question<WeightUpdate, SpectrumFacts>;
}

export function openWeightQuestions(
  {
    weights,
    deadline,
    requester,
  }: { readonly weights: WeightFacts; readonly deadline: Deadline; readonly requester?: JobRequester },
  reads: RequestReads,
): WeightQuestions {
  const opened = performance.now();
  const ask = (waitMilliseconds: number): FactRequest => ({
    // What is still computed then is PENDING: that is an answer, and the deadline's error is none.
    waitMilliseconds: Math.min(
      Math.max(0, waitMilliseconds - (performance.now() - opened)),
      deadline.waitMilliseconds(),
    ),
    signal: deadline.signal,
    urgency: "INTERACTIVE",
    requester,
  });
  return {
    comparisons: batched((pairs, wait) => weights.comparisons(pairs, ask(wait)), comparisonId, reads),
    subspaces: batched((pairs, wait) => weights.subspaces(pairs, ask(wait)), pairId, reads),
    spectra: batched((parts, wait) => weights.spectra(parts, ask(wait)), partId, reads),
  };
}

/** Joins questions that are asked while the request still reads, apart only by how long they wait. */
function batched<Subject, Facts>(
  answer: Question<Subject, Facts>,
  idOf: (subject: Subject) => string,
  reads: RequestReads,
): Question<Subject, Facts> {
  const loader = new DataLoader<{ subjects: readonly Subject[]; wait: number }, FactResult<Facts>[]>(
    async (asked) => {
      const byWait = new Map<number, Map<string, Subject>>();
      const ids = asked.map(({ subjects, wait }) => {
        const distinct = byWait.get(wait) ?? new Map<string, Subject>();
        byWait.set(wait, distinct);
        return subjects.map((subject) => {
          const id = idOf(subject);
          distinct.set(id, subject);
          return id;
        });
      });
      const answers = new Map(
        await Promise.all(
          [...byWait].map(async ([wait, distinct]) => {
            const results = await answer([...distinct.values()], wait);
            return [wait, new Map([...distinct.keys()].map((id, i) => [id, results[i]]))] as const;
          }),
        ),
      );
      return asked.map(({ wait }, i) =>
        (ids[i] ?? []).map((id) => {
          const result = answers.get(wait)?.get(id);
          if (result === undefined) throw new Error(`no answer about weights ${id}`);
          return result;
        }),
      );
    },
    // A question is about many subjects; what two have in common is found by its id, not by the question's.
    { cache: false, batchScheduleFn: (callback) => reads.whenQuiet(callback) },
  );
  return (subjects, wait) => (subjects.length === 0 ? Promise.resolve([]) : loader.load({ subjects, wait }));
}

const partId = ({ factors, rows }: WeightUpdate) => (rows ? `${factors.hash}@${rows.from}-${rows.to}` : factors.hash);
const pairId = ({ left, right }: UpdatePair) => `${partId(left)} ${partId(right)}`;
const comparisonId = (pair: UpdatePair) => `${pairId(pair)} ${pair.scalingRatio}`;
