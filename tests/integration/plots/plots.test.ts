import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "#src/store/database.js";
import { storeStudy } from "../../support/store-study.js";
import { PlotKind } from "#src/plots/plot-kinds.js";
import { seedStudies } from "../../../scripts/seed/seed-studies.js";
import { apiServer } from "../../support/api-server.js";
import { expectSpecification } from "../../support/plot-schema.js";
import { storedStudy } from "../../support/stored-study.js";
import { experimentRecord, studyRecord } from "../../support/study-record.js";
import { ONE } from "../../support/two-studies.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-plots-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Studies without weights; one whose weights are never compared; one of 200 runs; one of a single run without metrics. */
async function fill(database: Database): Promise<void> {
  await seedStudies(database, { studies: 70, experiments: 4, layers: 2, points: 30 });
  await storedStudy(database, folder, "pending", ONE);
  const run = (rank: number, bits: 16 | 4) =>
    experimentRecord(`${bits}bit_r${rank}`, {
      rank,
      method: bits === 4 ? "QLORA" : "LORA",
      checkpoints: [],
      quantization: { label: `${bits}bit`, bits, scheme: null },
      metrics: [
        { name: "training_loss", value: 2 + 1 / rank + (bits === 4 ? 0.1 : 0), source: "t.csv" },
        { name: "peak_memory_mb", value: 100 * bits + rank, source: "t.csv" },
      ],
      series: [
        {
          name: "loss",
          steps: Array.from({ length: 400 }, (_, i) => i),
          values: Array.from({ length: 400 }, (_, i) => 400 - i),
        },
      ],
    });
  const many = Array.from({ length: 100 }, (_, i) => [run(i + 1, 16), run(i + 1, 4)]).flat();
  await storeStudy(database, studyRecord(many, { name: "<script>alert(1)</script>" }), {
    slug: "many",
    morePrecise: () => undefined,
  });
  const bare = [experimentRecord("lonely", { metrics: [], series: [], checkpoints: [] })];
  await storeStudy(database, studyRecord(bare, { name: "bare" }), { slug: "bare", morePrecise: () => undefined });
}

const server = apiServer(fill);
const get = (url: string, init?: RequestInit) => fetch(new URL(url, server.address), init);
const PLOT = `kind theme title description vegaLite svgUrl pngUrl csvUrl vegaLiteUrl missing { because } notes jobs { id status }`;
const requestPlot = async (slug: string, args: string) => {
  const { data, errors } = await server.execute(
    `query($slug: String!) { study(slug: $slug) { plot(${args}) { ${PLOT} } } }`,
    { slug },
  );
  expect(errors).toBeUndefined();
  return data.study.plot;
};

describe("plot files", () => {
  test("have a media type, an ETag and a policy, and are answered with 304 if they are unchanged", async () => {
    for (const [file, type] of [
      ["memory-comparison.svg", "image/svg+xml; charset=utf-8"],
      ["memory-comparison.png", "image/png"],
      ["memory-comparison.csv", "text/csv; charset=utf-8; header=present"],
      ["memory-comparison.vl.json", "application/json; charset=utf-8"],
    ] as const) {
      const url = `/plots/studies/many/${file}`;
      const response = await get(url);
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect(response.status, file).toBe(200);
      expect(response.headers.get("content-type")).toBe(type);
      expect(response.headers.get("cache-control")).toBe("no-cache");
      expect(response.headers.get("content-security-policy")).toContain("sandbox");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      const etag = response.headers.get("etag") ?? expect.fail();
      expect(etag).toMatch(/^"[\w.-]{43,}"$/);
      const again = await get(url, { headers: { "if-none-match": etag } });
      expect(again.status).toBe(304);
      expect(again.headers.get("etag")).toBe(etag);
      expect(await again.text()).toBe("");
      const head = await get(url, { method: "HEAD" });
      expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes.length)]);
      expect(await head.text()).toBe("");
      const other = await get(`${url}?theme=dark`, { headers: { "if-none-match": etag } });
      expect(other.status, file).toBe(file.endsWith("csv") ? 304 : 200);
    }
  });

  test("an unknown file is answered with 404 in JSON, an invalid parameter with 400", async () => {
    for (const [url, status, code] of [
      ["/plots/studies/nope/rank-threshold.svg", 404, "STUDY_NOT_FOUND"],
      ["/plots/studies/many/nope.svg", 404, "NOT_SERVED"],
      ["/plots/studies/many/rank-threshold.gif", 404, "NOT_SERVED"],
      ["/plots/rank-threshold.svg", 404, "NOT_SERVED"],
      ["/plots/studies/many/rank-threshold.svg?theme=pink", 400, "ARGUMENT_INVALID"],
      ["/plots/studies/many/rank-threshold.svg?tresholdPercent=2", 400, "ARGUMENT_INVALID"],
      ["/plots/studies/many/rank-threshold.svg?rank=2&rank=3", 400, "ARGUMENT_INVALID"],
      ["/plots/studies/many/rank-threshold.svg?rank=1000", 400, "ARGUMENT_INVALID"],
      ["/plots/studies/many/rank-threshold.svg?confidence=2", 400, "ARGUMENT_INVALID"],
      ["/plots/studies/many/rank-threshold.svg?baseline=%7B", 400, "ARGUMENT_INVALID"],
      ["/plots/studies/many/rank-threshold.png?scale=100", 400, "ARGUMENT_INVALID"],
    ] as const) {
      const response = await get(url);
      expect([url, response.status]).toEqual([url, status]);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });

  test("names are plain text in an SVG", async () => {
    const svg = await (await get("/plots/studies/many/loss-curves.svg?rank=3")).text();
    expect(svg).toContain("&lt;script&gt;");
    expect(svg).not.toContain("<script");
  });
});

describe("the field and the files", () => {
  test("show the same plot for any arguments", async () => {
    for (const args of [
      "kind: RANK_THRESHOLD",
      "kind: RANK_THRESHOLD, theme: DARK, thresholdPercent: 2.5, twoSided: true, metric: PEAK_MEMORY_MB",
      'kind: TRAINING_EFFICIENCY, metricKey: "training_loss", rank: 7, waitSeconds: 0',
      'kind: MEMORY_COMPARISON, baseline: { quantization: "4bit" }, candidate: { quantization: "16bit", method: LORA }',
      "kind: LOSS_CURVES, rank: 3",
      "kind: WEIGHT_SIMILARITY, scaling: NONE, similarityThreshold: 0.5, rank: 2",
    ]) {
      const plot = await requestPlot("many", args);
      expectSpecification(plot.vegaLite);
      expect(await (await get(plot.vegaLiteUrl)).json(), args).toEqual(plot.vegaLite);
      for (const url of [plot.svgUrl, plot.csvUrl]) expect((await get(url)).status, url).toBe(200);
    }
    const { svgUrl } = await requestPlot("many", "kind: RANK_THRESHOLD, theme: DARK, rank: 8, thresholdPercent: 5");
    expect(svgUrl).toBe("/plots/studies/many/rank-threshold.svg?theme=dark&rank=8");
  });

  test("the CSV has the API's numbers at full precision", async () => {
    const { data } = await server.execute(
      `{ study(slug: "many") { ranks { r degradation { percent baseline { mean } candidate { mean } } } } }`,
    );
    const rows = parse<Record<string, string>>(await (await get("/plots/studies/many/rank-threshold.csv")).text(), {
      columns: true,
    });
    const value = (rank: number, quantity: string, side: string) =>
      Number(
        rows.find((row) => row["rank"] === String(rank) && row["quantity"] === quantity && row["side"] === side)?.[
          "value"
        ],
      );
    expect(data.study.ranks).toHaveLength(100);
    for (const { r, degradation } of data.study.ranks) {
      expect(value(r, "degradation_percent", "candidate against baseline")).toBe(degradation.percent);
      expect(value(r, "training_loss", "16bit")).toBe(degradation.baseline.mean);
      expect(value(r, "training_loss", "4bit")).toBe(degradation.candidate.mean);
    }
  });

  test("every kind states why a study without data has nothing to show, in the image, the table and the field", async () => {
    for (const kind of Object.keys(PlotKind)) {
      const plot = await requestPlot("bare", `kind: ${kind}`);
      expectSpecification(plot.vegaLite);
      expect(plot.missing?.because, kind).toMatch(/^[A-Z].*\.$/);
      expect(plot.jobs).toEqual([]);
      const svg = await get(plot.svgUrl);
      expect([svg.status, svg.headers.get("cache-control")]).toEqual([200, "no-cache"]);
      expect((await svg.text()).replace(/<[^>]*>/g, " ").length).toBeGreaterThan(40);
      const csv = await (await get(plot.csvUrl)).text();
      expect(csv.trim().split("\n").length).toBeLessThanOrEqual(2);
    }
  });

  test("the curves of 200 runs are thinned, and a note says how", async () => {
    const { notes, vegaLite } = await requestPlot("many", "kind: LOSS_CURVES");
    expect(notes).toEqual([
      "Thinned from 80,000 logged points to 24,000: at most 120 of each curve, evenly spaced, including the first and the last.",
    ]);
    expect(JSON.stringify(vegaLite.title.subtitle)).toContain("Thinned from 80,000");
  });
});

describe("plots of weights that are not computed yet", () => {
  test.each(["WEIGHT_SIMILARITY", "LAYER_HEATMAP", "SIMILARITY_MATRIX", "SINGULAR_VALUE_SPECTRA"])(
    "%s is pending",
    async (kind) => {
      const args = `kind: ${kind}, waitSeconds: 0${kind === "SIMILARITY_MATRIX" ? "" : ", rank: 2"}`;
      const plot = await requestPlot("pending", args);
      expectSpecification(plot.vegaLite);
      expect(plot.missing.because).toMatch(/^PENDING/);
      expect(plot.jobs.length).toBeGreaterThan(0);
      for (const url of [plot.svgUrl, plot.pngUrl]) {
        const response = await get(url);
        await response.arrayBuffer();
        expect([response.status, response.headers.get("cache-control"), response.headers.get("etag")]).toEqual([
          200,
          "no-store",
          null,
        ]);
      }
      for (const url of [plot.csvUrl, plot.vegaLiteUrl]) {
        const response = await get(url);
        expect([response.status, response.headers.get("cache-control")]).toEqual([503, "no-store"]);
        expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
        expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "PLOT_PENDING" } }] });
      }
    },
  );
});

describe("across studies", () => {
  const across = async (args: string) => {
    const { data, errors } = await server.execute(`{ degradationAcrossStudies${args} { ${PLOT} } }`);
    expect(errors).toBeUndefined();
    return data.degradationAcrossStudies;
  };

  test("have the numbers of compareStudies, and the URL returns the same plot", async () => {
    const plot = await across('(slugs: ["seeded-000003", "many", "nope", "bare"], thresholdPercent: 3)');
    expectSpecification(plot.vegaLite);
    expect(plot.notes).toEqual(["No such study: nope.", "1 study without a degradation omitted."]);
    expect(plot.svgUrl).toBe(
      "/plots/degradation-across-studies.svg?thresholdPercent=3&studies=seeded-000003%2Cmany%2Cnope%2Cbare",
    );
    expect(await (await get(plot.vegaLiteUrl)).json()).toEqual(plot.vegaLite);
    const rows = parse<Record<string, string>>(await (await get(plot.csvUrl)).text(), { columns: true });
    const { data } = await server.execute(
      `{ compareStudies(slugs: ["seeded-000003", "many"], metric: TRAINING_LOSS, thresholdPercent: 3) { byRank { r entries { study { slug } percent verdict } } } }`,
    );
    let compared = 0;
    for (const { r, entries } of data.compareStudies.byRank) {
      for (const { study, percent, verdict } of entries) {
        const row = rows.find((one) => one["study"] === study.slug && one["rank"] === String(r));
        expect(row?.["percent"] === "" ? null : Number(row?.["percent"])).toBe(percent);
        expect(row?.["verdict"]).toBe(verdict);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  test("a note counts the studies beyond the first 60, and 60 cost as many statements as 2", async () => {
    const before = server.statements();
    const plot = await across('(filter: { slug: { startsWith: "seeded-" } })');
    const sixty = server.statements() - before;
    expect(plot.notes[0]).toBe("Shows the first 60 of 70 studies, ordered by slug.");
    expect(await (await get(plot.vegaLiteUrl)).json()).toEqual(plot.vegaLite);
    const then = server.statements();
    await across('(filter: { slug: { startsWith: "seeded-00000" } })');
    expect(server.statements() - then).toBe(sixty);
  });

  test("leave out archived studies that a filter selects, and count them in a note", async () => {
    const archive = (archived: boolean) =>
      server.execute(`mutation { updateStudy(slug: "seeded-000004", archived: ${archived}) { slug } }`);
    await archive(true);
    try {
      const filter = `filter: { slug: { startsWith: "seeded-00000" } }`;
      const studiesOf = async (plot: { csvUrl: string }) =>
        new Set(
          parse<Record<string, string>>(await (await get(plot.csvUrl)).text(), { columns: true }).map(
            (row) => row["study"],
          ),
        );
      const plot = await across(`(${filter})`);
      expect(plot.notes).toContain("Archived studies that match and are left out: 1.");
      expect(await studiesOf(plot)).not.toContain("seeded-000004");
      const all = await across(`(${filter}, includeArchived: true)`);
      expect(all.svgUrl).toContain("includeArchived=true");
      expect((await studiesOf(all)).size).toBe((await studiesOf(plot)).size + 1);
      expect(await studiesOf(await across(`(slugs: ["seeded-000004"])`))).toContain("seeded-000004");
    } finally {
      await archive(false);
    }
  });
});
