import { parse as parseCsv } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { contractOperation } from "../support/contract-operation.js";
import { expectSpecification } from "../support/plot-schema.js";
import { publicStudyServer } from "../support/public-study-server.js";
import { published } from "../support/published-figures.js";
import { query } from "../support/rankscope.js";
import { missingSharedStudy } from "../support/shared-study.js";

const missing = missingSharedStudy();
if (missing !== undefined) console.warn(missing);

describe.skipIf(missing !== undefined)("plots of the public gpt2-medium study", () => {
  const slug = "gpt2-medium-alpaca";
  const server = publicStudyServer();

  const csv = async (kind: string, parameters = "") => {
    const response = await fetch(new URL(`/plots/studies/${slug}/${kind}.csv${parameters}`, server.address));
    expect(response.status).toBe(200);
    return parseCsv<Record<string, string>>(await response.text(), { columns: true });
  };

  test("the contract's operation Pictures runs verbatim", async () => {
    const { data: found, errors } = await query(server.address, contractOperation("Pictures"), { slug });
    expect(errors).toBeUndefined();
    const { plot } = found.study;
    expectSpecification(plot.vegaLite);
    expect(plot).toMatchObject({
      svgUrl: `/plots/studies/${slug}/rank-threshold.svg`,
      pngUrl: `/plots/studies/${slug}/rank-threshold.png`,
    });
    const png = await fetch(new URL(plot.pngUrl, server.address));
    expect([...new Uint8Array(await png.arrayBuffer()).slice(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });

  test("memory, time and loss are equal to the notebook's", async () => {
    const memory = await csv("memory-comparison");
    const of = (rows: readonly Record<string, string>[], metric: string, side: string) =>
      Number(rows.find((row) => row["rank"] === "8" && row["side"] === side && row["metric"] === metric)?.["mean"]);
    expect(of(memory, "peak_memory_mb", "16bit")).toBe(published().memoryMb.lora_r8);
    expect(of(memory, "peak_memory_mb", "4bit")).toBe(published().memoryMb.qlora_r8);
    expect(memory).toHaveLength(8);
    const efficiency = await csv("training-efficiency");
    expect(of(efficiency, "time_per_step_seconds", "16bit")).toBe(published().timePerStepSeconds.lora_r8);
    expect(of(efficiency, "time_per_step_seconds", "4bit")).toBe(published().timePerStepSeconds.qlora_r8);
    // Read from the authors' figure, as precisely as its grid permits.
    expect(of(efficiency, "training_loss", "4bit")).toBeCloseTo(2.0, 3);
    expect(of(efficiency, "training_loss", "16bit")).toBeCloseTo(1.9737, 3);
  });

  test("degradations are equal to the notebook's", async () => {
    const rows = await csv("rank-threshold");
    const percents = rows.flatMap((row) =>
      row["quantity"] === "degradation_percent" ? [[row["rank"], Number(row["value"])] as const] : [],
    );
    expect(Object.fromEntries(percents)).toEqual(published().degradationPercent);
  });

  test("the three cosines of the authors' heatmap are among our 24", async () => {
    const rows = await csv("weight-similarity", "?scaling=none&rank=8&waitSeconds=60");
    expect(rows).toHaveLength(24);
    for (const [layer, { cosine }] of Object.entries(published().weightSimilarityRank8Unscaled)) {
      expect(Number(rows.find((row) => row["layer"] === layer)?.["cosine_similarity"])).toBeCloseTo(cosine, 6);
    }
    const byDefault = await csv("weight-similarity", "?waitSeconds=60");
    // r = 16 is larger but has no weights.
    expect(new Set(byDefault.map((row) => row["rank"]))).toEqual(new Set(["8"]));
  });

  test("the Pareto frontier is equal to the API's", async () => {
    const rows = await csv("memory-vs-performance");
    const { data: found } = await query(
      server.address,
      `{ study(slug: "${slug}") { paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS) { experiment { name } x y dominated } } }`,
    );
    expect(
      rows.map((row) => [
        row["run"],
        Number(row["peak_memory_mb"]),
        Number(row["training_loss"]),
        row["dominated"] === "true",
      ]),
    ).toEqual(
      found.study.paretoFrontier.map(
        (point: { experiment: { name: string }; x: number; y: number; dominated: boolean }) => [
          ...[point.experiment.name, point.x, point.y, point.dominated],
        ],
      ),
    );
  });

  test("plots of r = 16 state that it has no weights", async () => {
    const { data: found } = await query(
      server.address,
      `{ study(slug: "${slug}") { plot(kind: WEIGHT_SIMILARITY, rank: 16) { missing { because } jobs { id } } } }`,
    );
    expect(found.study.plot).toEqual({
      missing: { because: "No layer can be compared at rank 16: one or both runs have no weights of it." },
      jobs: [],
    });
  });
});
