import { closeSync, openSync, readSync } from "node:fs";
import type { FactRequest, FactResult, StoredFact, WeightFacts } from "#src/model/weight-facts.js";
import type { WeightUpdate } from "#src/model/weight-updates.js";
import type { StoredTensor } from "#src/model/stored-factors.js";
import { densePairFacts, denseSpectrumFacts, denseSubspaceFacts, type DenseFactors } from "./dense-facts.js";

/** One call of WeightFacts, as it came. */
export interface Asked {
  readonly kind: "comparisons" | "subspaces" | "spectra";
  readonly count: number;
  readonly ask: FactRequest;
}

export interface InProcessWeights extends WeightFacts {
  /** The calls so far. */
  readonly asked: Asked[];
  /** Answers about these factors, by their hash, instead of computing: the job, or the failure. */
  readonly instead: Map<string, Exclude<FactResult<never>, { readonly facts: never }>>;
}

/** Answers at once, from files of little-endian float32, in plain float64 JavaScript: an independent reference. */
export function inProcessWeights(): InProcessWeights {
  const asked: Asked[] = [];
  const instead: InProcessWeights["instead"] = new Map();

  function answer<Subject, Facts>(
    kind: Asked["kind"],
    partsOf: (subject: Subject) => WeightUpdate[],
    compute: (factors: DenseFactors[], subject: Subject) => Facts,
  ) {
    return (subjects: readonly Subject[], ask: FactRequest): Promise<FactResult<Facts>[]> => {
      asked.push({ kind, count: subjects.length, ask });
      return Promise.resolve(
        subjects.map((subject): FactResult<Facts> => {
          const parts = partsOf(subject);
          const other = parts.map(({ factors }) => instead.get(factors.hash)).find((found) => found !== undefined);
          if (other !== undefined) return other;
          const stored: StoredFact = { kernelVersion: 1, seconds: 0.25 };
          return { facts: { ...compute(parts.map(readFactors), subject), ...stored }, cached: false };
        }),
      );
    };
  }

  return {
    asked,
    instead,
    comparisons: answer(
      "comparisons",
      ({ left, right }) => [left, right],
      ([left, right], { scalingRatio }) => densePairFacts(known(left), known(right), scalingRatio),
    ),
    subspaces: answer(
      "subspaces",
      ({ left, right }) => [left, right],
      ([left, right]) => denseSubspaceFacts(known(left), known(right)),
    ),
    spectra: answer(
      "spectra",
      (part) => [part],
      ([factors]) => denseSpectrumFacts(known(factors)),
    ),
  };
}

function readFactors({ factors, rows }: WeightUpdate): DenseFactors {
  const b = readRows(factors.b);
  return { a: readRows(factors.a), b: rows === undefined ? b : b.slice(rows.from, rows.to) };
}

function readRows({ file, offset, length, shape, dtype }: StoredTensor): number[][] {
  if (dtype !== "F32") throw new Error(`the tests' weights are F32, not ${dtype}`);
  const descriptor = openSync(file.path, "r");
  const bytes = Buffer.alloc(length);
  readSync(descriptor, bytes, 0, length, offset);
  closeSync(descriptor);
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (__, j) => bytes.readFloatLE(4 * (i * columns + j))),
  );
}

function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("a side is missing");
  return value;
}
