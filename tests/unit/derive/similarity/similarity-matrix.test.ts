import fc from "fast-check";
import { expect, test } from "vitest";
import { layerMatrix, meanMatrix } from "#src/derive/similarity/similarity-matrix.js";
import type { SimilarityMeasure } from "#src/model/enums/similarity.js";
import { layerSimilarity, undefinedSimilarity } from "#src/derive/similarity/layer-similarity.js";

const MEASURES: SimilarityMeasure[] = ["COSINE", "L2", "RELATIVE_DIFFERENCE", "INITIAL_COSINE"];

/** The similarity of two plane vectors, as updates. */
function similarityOf([x1 = 0, y1 = 0]: readonly number[], [x2 = 0, y2 = 0]: readonly number[]) {
  return layerSimilarity(
    {
      innerProduct: x1 * x2 + y1 * y2,
      baselineSquaredNorm: x1 ** 2 + y1 ** 2,
      candidateSquaredNorm: x2 ** 2 + y2 ** 2,
      squaredDistance: (x1 - x2) ** 2 + (y1 - y2) ** 2,
      initialCosine: 0.5,
    },
    1,
    1,
  );
}

const matrixOf = (vectors: readonly (readonly number[])[], measure: SimilarityMeasure) =>
  layerMatrix(vectors.length, measure, (i, j) => similarityOf(vectors[i] ?? [], vectors[j] ?? []));

test("each measure follows its definition, with the run of the row as the baseline", () => {
  const vectors = [
    [3, 4],
    [0, 10],
  ];
  expect(matrixOf(vectors, "COSINE").values).toEqual([
    [1, 0.8],
    [0.8, 1],
  ]);
  const distance = Math.sqrt(45);
  expect(matrixOf(vectors, "L2").values).toEqual([
    [0, distance],
    [distance, 0],
  ]);
  expect(matrixOf(vectors, "RELATIVE_DIFFERENCE").values).toEqual([
    [0, distance / 5],
    [distance / 10, 0],
  ]);
  expect(matrixOf(vectors, "INITIAL_COSINE").values).toEqual([
    [1, 0.5],
    [0.5, 1],
  ]);
});

test("a zero update has distances but no cosine, not even with itself", () => {
  const vectors = [
    [3, 4],
    [0, 0],
  ];
  expect(matrixOf(vectors, "COSINE")).toEqual({
    values: [
      [1, null],
      [null, null],
    ],
    undefinedReasons: [
      [null, "ZERO_UPDATE"],
      ["ZERO_UPDATE", "ZERO_UPDATE"],
    ],
  });
  expect(matrixOf(vectors, "L2").values).toEqual([
    [0, 5],
    [5, 0],
  ]);
  expect(matrixOf(vectors, "RELATIVE_DIFFERENCE").values).toEqual([
    [0, 1],
    [null, null],
  ]);
});

test("the mean is over the layers of both runs, and pending while one of them is", () => {
  const layer = (values: number | null, reason: "WEIGHTS_MISSING" | "PENDING" | "ZERO_UPDATE" | null) => ({
    values: [[values]],
    undefinedReasons: [[reason]],
  });
  const mean = (...layers: ReturnType<typeof layer>[]) => meanMatrix(1, layers);
  expect(mean(layer(0.5, null), layer(1, null), layer(null, "WEIGHTS_MISSING"))).toEqual({
    values: [[0.75]],
    undefinedReasons: [[null]],
    comparedLayers: [[2]],
  });
  expect(mean(layer(0.5, null), layer(null, "PENDING"))).toEqual({
    values: [[null]],
    undefinedReasons: [["PENDING"]],
    comparedLayers: [[1]],
  });
  expect(mean(layer(null, "WEIGHTS_MISSING"), layer(null, "ZERO_UPDATE")).undefinedReasons).toEqual([["ZERO_UPDATE"]]);
  expect(mean()).toEqual({ values: [[null]], undefinedReasons: [["WEIGHTS_MISSING"]], comparedLayers: [[0]] });
});

const vector = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 2 });

test("every null has a reason, and all measures but the relative difference are symmetric", () => {
  fc.assert(
    fc.property(fc.array(vector, { minLength: 1, maxLength: 6 }), fc.constantFrom(...MEASURES), (vectors, measure) => {
      const { values, undefinedReasons } = matrixOf(vectors, measure);
      values.forEach((row, i) =>
        row.forEach((value, j) => {
          expect(value === null).toBe(undefinedReasons[i]?.[j] !== null);
          if (measure !== "RELATIVE_DIFFERENCE") expect(value).toBe(values[j]?.[i]);
        }),
      );
    }),
  );
});

test("an undefined pair is undefined in both directions", () => {
  const { values, undefinedReasons } = layerMatrix(2, "RELATIVE_DIFFERENCE", () => undefinedSimilarity("UNREADABLE"));
  expect(values.flat()).toEqual([null, null, null, null]);
  expect(undefinedReasons.flat()).toEqual(["UNREADABLE", "UNREADABLE", "UNREADABLE", "UNREADABLE"]);
});
