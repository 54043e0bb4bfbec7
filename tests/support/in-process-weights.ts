import { closeSync, openSync, readSync } from "node:fs";
import { tensorValues } from "#src/import/tensors/tensor-values.js";
import type { FactKindName, FactsOf } from "#src/model/computed-facts.js";
import type { FactRequest, FactResult, StoredFact, WeightFacts } from "#src/model/weight-facts.js";
import type { StoredTensor, UpdatePair, WeightUpdate } from "#src/model/weight-updates.js";
import { densePairFacts, denseSpectrumFacts, denseSubspaceFacts, type DenseFactors } from "./dense-facts.js";

/** One call of WeightFacts. */
export interface RecordedRequest {
  readonly kind: FactKindName;
  readonly count: number;
  readonly request: FactRequest;
}

export interface InProcessWeights extends WeightFacts {
  /** The calls so far. */
  readonly requests: RecordedRequest[];
  /** Results to return for factors instead of computing, by the hash of the factors: a job, or a failure. */
  readonly instead: Map<string, Exclude<FactResult<never>, { readonly facts: never }>>;
}

/** How each kind is computed, in plain float64 JavaScript: an independent reference. */
const DENSE: {
  readonly [Kind in FactKindName]: (
    factors: readonly DenseFactors[],
    scalingRatio: number,
  ) => Omit<FactsOf<Kind>, keyof StoredFact>;
} = {
  COMPARISON: ([left, right], scalingRatio) => densePairFacts(known(left), known(right), scalingRatio),
  SUBSPACE: ([left, right]) => denseSubspaceFacts(known(left), known(right)),
  SPECTRUM: ([update]) => denseSpectrumFacts(known(update)),
};

/** Computes facts at once in this process, from weight files. */
export function inProcessWeights(): InProcessWeights {
  const requests: RecordedRequest[] = [];
  const instead: InProcessWeights["instead"] = new Map();

  function resultOf<Kind extends FactKindName>(
    kind: Kind,
    subject: UpdatePair | WeightUpdate,
  ): FactResult<FactsOf<Kind>> {
    const updates = "factors" in subject ? [subject] : [subject.left, subject.right];
    const other = updates.map(({ factors }) => instead.get(factors.hash)).find((result) => result !== undefined);
    if (other !== undefined) return other;
    const ratio = "factors" in subject ? 1 : subject.scalingRatio;
    const stored: StoredFact = { kernelVersion: 1, seconds: 0.25 };
    const facts = DENSE[kind](updates.map(readFactors), ratio);
    return { facts: { ...facts, ...stored } as FactsOf<Kind> & StoredFact, cached: false };
  }

  return {
    requests,
    instead,
    request(kind, subjects, request) {
      requests.push({ kind, count: subjects.length, request });
      return Promise.resolve(subjects.map((subject) => resultOf(kind, subject)));
    },
  };
}

function readFactors({ factors, rows }: WeightUpdate): DenseFactors {
  const b = readRows(factors.b);
  return { a: readRows(factors.a), b: rows === undefined ? b : b.slice(rows.from, rows.to) };
}

function readRows(tensor: StoredTensor): number[][] {
  const { file, offset, length, shape } = tensor;
  const descriptor = openSync(file.path, "r");
  const bytes = Buffer.alloc(length);
  readSync(descriptor, bytes, 0, length, offset);
  closeSync(descriptor);
  const [rows = 0, columns = 0] = shape;
  const values = tensorValues(bytes, tensor, file.path);
  return Array.from({ length: rows }, (_, i) => [...values.subarray(i * columns, (i + 1) * columns)]);
}

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("a side is missing");
  return value;
}
