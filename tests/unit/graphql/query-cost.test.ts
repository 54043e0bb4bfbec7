import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type * as GraphQL from "graphql";
import { beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "#src/model/limits.js";
import { documentLimits } from "#src/graphql/cost/document-limits.js";
import { measureDocument } from "#src/graphql/cost/measure-document.js";
import { priceOf } from "#src/graphql/cost/costs.js";
import { queryCost } from "#src/graphql/cost/query-cost.js";
import { objectFields } from "#src/graphql/access/requires.js";
import { openSchema } from "#src/graphql/schema.js";

// The copy of graphql that dist/ loads, because graphql rejects types of another copy.
const { getNullableType, isListType, isObjectType, Kind, parse, validate } = createRequire(import.meta.url)(
  "graphql",
) as typeof GraphQL;

let schema: Awaited<ReturnType<typeof openSchema>>;
beforeAll(async () => {
  schema = await openSchema();
});

const folder = fileURLToPath(new URL("../../../src/web/operations", import.meta.url));
const operations = readdirSync(folder).map((name) => [name, readFileSync(`${folder}/${name}`, "utf8")] as const);

function cost(source: string, variables: Record<string, unknown> = {}) {
  const document = parse(source);
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return queryCost(schema, document, operation as GraphQL.OperationDefinitionNode, variables);
}
const points = (source: string, variables?: Record<string, unknown>) => cost(source, variables).points;

/** Variables of the ready operations at their largest. */
const LARGE = {
  slug: "s",
  set: "e",
  id: "i",
  rank: 8,
  first: 100,
  experiment: "e",
  baseline: "b",
  candidate: "c",
  input: { folder: "f" },
  experiments: Array.from({ length: 64 }, (_, i) => `e${i}`),
  slugs: Array.from({ length: 1000 }, (_, i) => `s${i}`),
};

describe.each(operations)("the playground's %s", (_, source) => {
  test("is within every limit with its largest variables", () => {
    const document = parse(source, { maxTokens: DEFAULT_LIMITS.tokens });
    expect(validate(schema, document, [documentLimits(DEFAULT_LIMITS)])).toEqual([]);
    const { definitions } = document;
    const given = Object.fromEntries(
      definitions.flatMap((node) =>
        node.kind === Kind.OPERATION_DEFINITION
          ? (node.variableDefinitions ?? []).flatMap(({ variable: { name } }) =>
              name.value in LARGE ? [[name.value, LARGE[name.value as keyof typeof LARGE]]] : [],
            )
          : [],
      ),
    );
    const found = points(source, given);
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThan(DEFAULT_LIMITS.cost);
  });
});

describe("costs", () => {
  const pricedFields = () =>
    objectFields(schema).flatMap(({ type, field }) => (priceOf(field) ? [`${type.name}.${field.name}`] : []));

  test("these fields have an explicit cost", () => {
    expect(pricedFields().sort()).toEqual([
      "AdapterLayer.effectiveRank",
      "AdapterLayer.k90",
      "AdapterLayer.singularValues",
      "AdapterLayer.stableRank",
      "AdapterLayer.utilisation",
      "Curve.wallTimes",
      "EvaluationComparison.paired",
      "Experiment.behaviour",
      "Experiment.curve",
      "Experiment.layers",
      "ExperimentComparison.confounds",
      "ExperimentComparison.layers",
      "ExperimentComparison.layersTotal",
      "ExperimentComparison.summary",
      "ExperimentGroup.differingSettings",
      "ExperimentGroupPage.equalSettings",
      "LayerSimilarity.parts",
      "LayerSimilarity.subspaceSimilarity",
      "Mutation.deleteExperiment",
      "Mutation.deleteStudy",
      "Mutation.restoreExperiment",
      "Mutation.restoreStudy",
      "Mutation.updateExperiment",
      "Mutation.updateStudy",
      "PairBehaviour.divergence",
      "PairBehaviour.embeddingSimilarity",
      "PairBehaviour.flips",
      "PairBehaviour.tokenMatch",
      "PredictionComparison.flips",
      "Query.auditLog",
      "Query.compareEvaluations",
      "Query.comparePredictions",
      "Query.compareStudies",
      "Query.degradationAcrossStudies",
      "Query.deletedExperiments",
      "Query.deletedStudies",
      "Query.evaluationSets",
      "Query.experimentGroups",
      "Query.experimentRows",
      "Query.experiments",
      "Query.jobs",
      "Query.layerRows",
      "Query.models",
      "Query.similarityMatrix",
      "Query.studies",
      "Rank.behaviour",
      "Rank.degradation",
      "Rank.experiments",
      "SensitivityMap.layers",
      "SensitivityMap.parts",
      "SimilarityMatrix.perLayer",
      "Study.baseModelFiles",
      "Study.bestConfiguration",
      "Study.diagnosticSummary",
      "Study.experiments",
      "Study.failureModes",
      "Study.hypotheses",
      "Study.layerSensitivity",
      "Study.layers",
      "Study.minimumViableRank",
      "Study.notes",
      "Study.plot",
      "Study.quantizationSensitivity",
      "Study.rankAllocation",
      "Study.rankTrends",
      "Study.ranks",
      "Study.recommendation",
      "Study.report",
      "Study.sensitivityMap",
      "Study.table",
      "Study.weightGap",
      "Study.weightSimilarity",
      "WeightSimilarity.layers",
    ]);
  });

  test("every list of layers has an explicit cost or is short", () => {
    const page = new Set(["nodes", "edges"]);
    const unpriced = Object.values(schema.getTypeMap()).flatMap((type) =>
      !isObjectType(type) || type.name.startsWith("__")
        ? []
        : Object.values(type.getFields()).flatMap(({ name, type: of }) =>
            isListType(getNullableType(of)) && /layers$/i.test(name) && !page.has(name) ? [`${type.name}.${name}`] : [],
          ),
    );
    // Layers are the largest lists of a study. The cost of the surrounding field covers lists without an explicit cost.
    const priced = new Set(pricedFields());
    expect(unpriced.filter((name) => !priced.has(name)).sort()).toEqual([
      ...["ComparisonSummary.missingLayers", "QuantizationSensitivity.layers"],
      ...["RankAllocation.layers", "SimilarityMatrix.comparedLayers", "WeightGap.layers"],
    ]);
  });

  test("grow with the page size given by variable, literal or default", () => {
    const page = (first: string) => `{ studies${first} { nodes { slug name } } }`;
    const [ten, hundred] = [points(page("(first: 10)")), points(page("(first: 100)"))];
    expect(hundred - ten).toBe(90 * 3);
    expect(points(page("(first: 50)"))).toBe(points(page("")));
    const byVariable = "query($first: Int = 100) { studies(first: $first) { nodes { slug name } } }";
    expect(points(byVariable)).toBe(hundred);
    expect(points(byVariable, { first: 10 })).toBe(ten);
  });

  test("multiply through nested pages and fragments", () => {
    const plain = "{ studies(first: 20) { nodes { experiments(first: 30) { nodes { name evalLoss } } } } }";
    const spread = `{ studies(first: 20) { ...S } } fragment S on StudyConnection { nodes { experiments(first: 30) { ...E } } }
      fragment E on ExperimentConnection { nodes { ... on Experiment { name evalLoss } } }`;
    expect(points(plain)).toBeGreaterThan(20 * 30 * 3);
    expect(points(spread)).toBe(points(plain));
  });

  test("a matrix costs its number of pairs, and each alias counts as another matrix", () => {
    const one = "query($ids: [ID!]!) { similarityMatrix(experiments: $ids) { values } }";
    const ids = (n: number) => ({ ids: Array.from({ length: n }, (_, i) => `${i}`) });
    expect(points(one, ids(64))).toBeGreaterThan(4 * points(one, ids(32)) * 0.95);
    expect(points(one, ids(64))).toBeLessThan(DEFAULT_LIMITS.cost / 2);
    const three = `query($ids: [ID!]!) { ${[1, 2, 3].map((i) => `m${i}: similarityMatrix(experiments: $ids) { values }`).join(" ")} }`;
    expect(points(three, ids(64))).toBe(3 * points(one, ids(64)));
  });

  test("spectra of every run of a hundred studies exceed the limit, and the error names the field", () => {
    const found = cost(
      "{ job(id: 1) { id } all: studies(first: 100) { nodes { experiments(first: 100) { nodes { layers { singularValues } } } } } }",
    );
    expect(found.points).toBeGreaterThan(DEFAULT_LIMITS.cost);
    expect(found.mostExpensiveField).toBe("all");
  });

  test("a plot costs what its kind reads, and a plot across studies costs the studies that it shows", () => {
    const plot = (kind: string, rest = "") => points(`{ study(slug: "s") { plot(kind: ${kind}${rest}) { svgUrl } } }`);
    const metricsAlone = plot("MEMORY_COMPARISON");
    for (const kind of ["WEIGHT_SIMILARITY", "LAYER_HEATMAP", "SINGULAR_VALUE_SPECTRA", "LOSS_CURVES"]) {
      expect(plot(kind), kind).toBeGreaterThan(10 * metricsAlone);
    }
    expect(plot("SIMILARITY_MATRIX")).toBeGreaterThan(10 * plot("SIMILARITY_MATRIX", ", rank: 8"));
    expect(plot("SIMILARITY_MATRIX")).toBeLessThan(DEFAULT_LIMITS.cost / 2);
    expect(plot("RANK_THRESHOLD", ", interval: BOOTSTRAP_BCA")).toBeGreaterThan(plot("RANK_THRESHOLD"));

    const across = (slugs?: number) =>
      points("query($slugs: [String!]) { degradationAcrossStudies(slugs: $slugs) { svgUrl } }", {
        slugs: slugs === undefined ? null : LARGE.slugs.slice(0, slugs),
      });
    expect(across(60) - across(10)).toBe(5 * (across(20) - across(10)));
    expect(across(1000)).toBe(across(60));
    expect(across()).toBe(across(60));
    expect(across()).toBeLessThan(DEFAULT_LIMITS.cost);
  });

  test("runs by id and jobs cost the requested number", () => {
    const runs = (n: number) =>
      points("query($ids: [ID!]!) { experiments(ids: $ids) { name } }", { ids: LARGE.experiments.slice(0, n) });
    expect(runs(64)).toBe(64 * runs(1));
    const jobs = (first: number) => points(`{ jobs(first: ${first}) { status } }`);
    expect(jobs(100) - jobs(10)).toBe(90 * 2);
  });

  test("a bootstrap costs its number of resamples", () => {
    const query = (rest: string) => `{ study(slug: "s") { ranks { degradation(${rest}) { percent } } } }`;
    expect(points(query("interval: BOOTSTRAP_BCA, resamples: 10000"))).toBeGreaterThan(
      points(query("interval: T")) + 8 * 900,
    );
  });
});

describe("sizes", () => {
  const size = (source: string) => measureDocument(parse(source));

  test("the selection of a fragment counts at every spread", () => {
    const source = "{ study(slug: 1) { ...F ...F } } fragment F on Study { a: slug b: name slug: slug }";
    expect(size(source)).toEqual({ depth: 2, aliases: 4, rootFields: 1, directives: 0, selections: 7 });
  });

  test("exponentially growing fragments are measured without expansion", () => {
    const levels = 60;
    const fragments = Array.from({ length: levels }, (_, i) =>
      i === 0 ? "fragment F0 on Study { slug }" : `fragment F${i} on Study { ...F${i - 1} ...F${i - 1} }`,
    );
    expect(size(`{ study(slug: 1) { ...F${levels - 1} } } ${fragments.join(" ")}`).selections).toBe(2 ** 59 + 1);
  });

  test("a recursive fragment terminates", () => {
    expect(size("{ ...F } fragment F on Query { studies { nodes { slug } } ...F }").depth).toBe(3);
  });

  test("the largest operation counts, including directives on variables", () => {
    expect(size("query A { a } query B($x: Int @d) @d { a @d { b } ... @d { c } }")).toMatchObject({
      directives: 4,
      rootFields: 2,
      depth: 2,
    });
  });
});
