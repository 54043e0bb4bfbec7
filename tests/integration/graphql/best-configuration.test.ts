import { expect, test } from "vitest";
import type { Database } from "#src/store/database.js";
import { apiServer } from "../../support/api-server.js";
import { storeStudy } from "../../support/store-study.js";
import { experimentRecord, studyRecord } from "../../support/study-record.js";

/** Losses of [bits, seed, loss] at r = 8; the seed is null if it is unknown. */
const STUDIES: Readonly<Record<string, readonly (readonly [number, number | null, number])[]>> = {
  // Its luckiest run is the best of all studies, and its best configuration is the worst but two.
  lucky: [[16, 1, 1], [16, 2, 3], [16, 3, 3], [4, 1, 2], [4, 2, 2], [4, 3, 2.1]], // prettier-ignore
  steady: [[16, 1, 1.9], [16, 2, 1.9], [16, 3, 2]], // prettier-ignore
  single: [[4, 1, 1.95]],
  // The survivor of the 16-bit runs is no mean of its configuration.
  diverged: [[16, 1, 1], [16, 2, NaN], [4, 1, 2.5], [4, 2, 2.6]], // prettier-ignore
  repeated: [[4, 1, 1.2], [4, 1, 1.4], [4, 1, 1.3], [4, 2, 2.9]], // prettier-ignore
};

const server = apiServer(async (database: Database) => {
  for (const [name, runs] of Object.entries(STUDIES)) {
    const experiments = runs.map(([bits, seed, loss], i) =>
      experimentRecord(`${bits}bit_${i}`, {
        rank: 8,
        seed,
        method: bits === 4 ? "QLORA" : "LORA",
        quantization: { label: `${bits}bit`, bits, scheme: null },
        metrics: [
          { name: "training_loss", value: loss, source: "t.csv" },
          { name: "accuracy", value: 1 / loss, source: "t.csv" },
        ],
      }),
    );
    await storeStudy(database, studyRecord(experiments, { name }), { morePrecise: () => undefined });
  }
});

const best = async (metric: string, direction: "ASC" | "DESC", first = 10) => {
  const { data, errors } = await server.execute(
    `query($orderBy: StudyOrder, $metric: String!, $first: Int) { studies(orderBy: $orderBy, first: $first) {
      pageInfo { endCursor }
      nodes { slug bestConfiguration(metric: $metric) {
        configuration rank mean n standardDeviation interval { low high } certainty higherIsBetter } } } }`,
    { orderBy: { field: "METRIC_BEST", metric, direction }, metric, first },
  );
  expect(errors).toBeUndefined();
  return data.studies.nodes as { slug: string; bestConfiguration: Record<string, unknown> | null }[];
};

test("studies are ordered by the mean of their best configuration, not by their luckiest run", async () => {
  const studies = await best("training_loss", "ASC");
  expect(studies.map(({ slug }) => slug)).toEqual(["steady", "single", "lucky", "repeated", "diverged"]);
  const bySlug = new Map(studies.map(({ slug, bestConfiguration }) => [slug, bestConfiguration]));
  expect(bySlug.get("lucky")).toMatchObject({ configuration: "4bit", rank: 8, n: 3, certainty: "INTERVAL" });
  expect(bySlug.get("lucky")?.["mean"]).toBeCloseTo(6.1 / 3, 12);
  expect(bySlug.get("lucky")?.["standardDeviation"]).toBeCloseTo(0.1 / Math.sqrt(3), 12);
  // Student's t with 2 degrees of freedom is 4.3027.
  expect((bySlug.get("lucky")?.["interval"] as { high: number }).high).toBeCloseTo(6.1 / 3 + (4.302653 * 0.1) / 3, 6);
});

test("a single run says that it is one, and a configuration with a diverged run is not the best", async () => {
  const bySlug = new Map((await best("training_loss", "ASC")).map((study) => [study.slug, study.bestConfiguration]));
  expect(bySlug.get("single")).toMatchObject({ n: 1, interval: null, standardDeviation: null });
  expect(bySlug.get("single")).toMatchObject({ mean: 1.95, certainty: "POINT_ESTIMATE" });
  expect(bySlug.get("diverged")).toMatchObject({ configuration: "4bit", n: 2, mean: 2.55 });
});

test("runs with equal seeds count once, with their mean", async () => {
  const repeated = (await best("training_loss", "ASC")).find(({ slug }) => slug === "repeated");
  expect(repeated?.bestConfiguration).toMatchObject({ n: 2, mean: expect.closeTo(2.1, 12) as number });
});

test("the best mean of a metric that is better when higher is the largest", async () => {
  const [first, second] = await best("accuracy", "DESC");
  expect(first?.slug).toBe("repeated");
  expect(second).toMatchObject({ slug: "lucky", bestConfiguration: { configuration: "16bit", higherIsBetter: true } });
  expect(second?.bestConfiguration?.["mean"]).toBeCloseTo((1 + 1 / 3 + 1 / 3) / 3, 12);
});

test("a study without the metric comes last and has no best configuration", async () => {
  expect((await best("eval_loss", "ASC")).map(({ bestConfiguration }) => bestConfiguration)).toEqual(
    Object.keys(STUDIES).map(() => null),
  );
});
