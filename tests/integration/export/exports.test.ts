import { parse } from "csv-parse/sync";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import type { Database } from "#src/store/database.js";
import { storeStudy } from "../../support/store-study.js";
import { seedStudies } from "../../../scripts/seed/seed-studies.js";
import { apiServer } from "../../support/api-server.js";
import { experimentRecord, studyRecord } from "../../support/study-record.js";

const NASTY = "<script>alert(1)</script> | =1+1 `x` & co";

async function fill(database: Database): Promise<void> {
  await seedStudies(database, { studies: 3, experiments: 4, layers: 3, points: 20 });
  const run = (name: string, bits: 16 | 4, metrics: Record<string, number>) =>
    experimentRecord(name, {
      method: bits === 4 ? "QLORA" : "LORA",
      quantization: { label: `${bits}bit`, bits, scheme: null },
      metrics: Object.entries(metrics).map(([metric, value]) => ({ name: metric, value, source: "t.csv" })),
      checkpoints: [],
    });
  await storeStudy(
    database,
    studyRecord(
      [
        run("=16bit_r2", 16, { training_loss: 2, peak_memory_mb: 100, rank: 9 }),
        run("4bit_r2", 4, { training_loss: 2.2, eval_loss: NaN }),
      ],
      { name: NASTY },
    ),
    { slug: "nasty", morePrecise: () => undefined },
  );
}

const server = apiServer(fill);
const get = (path: string) => fetch(new URL(path, server.address));

describe("reports", () => {
  test("have the same numbers in Markdown, HTML and JSON, as query and as download", async () => {
    const { data, errors } = await server.execute(
      '{ study(slug: "seeded-000000") { updatedAt report md: report(format: MARKDOWN) html: report(format: HTML) json: report(format: JSON) } }',
    );
    expect(errors).toBeUndefined();
    const { report, md, html, json, updatedAt } = data.study;
    expect(report).toBe(md);
    const parsed = JSON.parse(json as string);
    expect(parsed).toMatchObject({ slug: "seeded-000000", updatedAt, ranks: [{ r: 2 }, { r: 4 }] });
    const { percent, baseline } = parsed.ranks[0].degradation;
    for (const text of [md, html] as string[]) {
      for (const number of [percent.toFixed(6), baseline.mean.toFixed(6), parsed.ranks[1].similarity.mean.toFixed(7)]) {
        expect(text).toContain(number);
      }
    }
    for (const [extension, text] of [
      ["md", md],
      ["html", html],
      ["json", json],
    ]) {
      const response = await get(`/export/studies/seeded-000000/report.${extension}`);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-disposition")).toBe(
        `attachment; filename="seeded-000000-report.${extension}"`,
      );
      expect(await response.text()).toBe(text);
    }
  });

  test("escape all text of a study", async () => {
    const { data } = await server.execute('{ study(slug: "nasty") { report html: report(format: HTML) } }');
    const { report, html } = data.study as { report: string; html: string };
    expect(report).not.toContain("<script");
    expect(report.split("\n")[0]).toBe("# &lt;script\\>alert(1)&lt;/script\\> \\| =1+1 \\`x\\` &amp; co");
    expect(html).not.toContain("<script");
    expect(html).toContain("&lt;script&gt;alert(1)");
    const { headers } = await get("/export/studies/nasty/report.html");
    expect(headers.get("content-security-policy")).toContain("sandbox");
  });

  test("have every run of a study with more than one page of runs", async () => {
    const runs = Array.from({ length: 230 }, (_, seed) =>
      experimentRecord(`16bit_r2_s${seed}`, { seed, checkpoints: [] }),
    );
    const record = studyRecord(runs, { name: "many" });
    await storeStudy(server.database, record, { morePrecise: () => undefined });
    const { data } = await server.execute('{ study(slug: "many") { report(format: JSON) } }');
    const { experiments } = JSON.parse(data.study.report as string) as { experiments: { seed: number }[] };
    expect(new Set(experiments.map(({ seed }) => seed)).size).toBe(230);
  });

  test("have n/a instead of NaN for a missing number", async () => {
    const { data } = await server.execute('{ study(slug: "nasty") { report(format: MARKDOWN) } }');
    expect(data.study.report).toContain("| 2 | 100.00 | n/a | n/a |");
    // The text of a failure mode may mention NaN, but no cell of a table is NaN.
    expect(data.study.report).not.toMatch(/\|\s*-?(NaN|Infinity)\s*\|/);
  });
});

test("diagnostic_summary.json is the summary of one rank", async () => {
  const response = await get("/export/studies/seeded-000001/diagnostic_summary.json?rank=2");
  expect(response.headers.get("content-type")).toContain("application/json");
  const summary = (await response.json()) as Record<string, unknown>;
  expect(summary).toMatchObject({ study: "seeded-000001", rank: 2, optimal_rank: expect.anything() as unknown });
  expect(Object.keys(summary["weight_similarities"] as object)).toHaveLength(3);
  expect((await get("/export/studies/seeded-000001/diagnostic_summary.json?rank=3")).status).toBe(400);
});

describe("tables", () => {
  const rowsOf = async (path: string) => {
    const response = await get(path);
    expect(response.status, path).toBe(200);
    return parse<Record<string, string>>(await response.text(), { columns: true });
  };

  test("of runs have a column for each metric, renamed if it has the name of another column", async () => {
    expect(await rowsOf("/export/studies/nasty/experiments.csv")).toMatchObject([
      { name: "'=16bit_r2", rank: "2", training_loss: "2", eval_loss: "", peak_memory_mb: "100", metric_rank: "9" },
      { name: "4bit_r2", rank: "2", training_loss: "2.2", eval_loss: "", peak_memory_mb: "", metric_rank: "" },
    ]);
  });

  test("of degradation, layers and curves have the values of the queries", async () => {
    const { data } = await server.execute(
      `{ study(slug: "seeded-000002") { ranks { r degradation { percent } } weightSimilarity(rank: 4) { layers { cosineSimilarity } }
        experiments { nodes { name curve(metric: "loss") { steps values } } } } }`,
    );
    const degradation = await rowsOf("/export/studies/seeded-000002/degradation.csv");
    expect(degradation.map(({ percent }) => Number(percent))).toEqual(
      data.study.ranks.map(({ degradation: { percent } }: { degradation: { percent: number } }) => percent),
    );
    const layers = (await rowsOf("/export/studies/seeded-000002/layers.csv")).filter(({ rank }) => rank === "4");
    expect(layers.map(({ cosine_similarity: cosine }) => Number(cosine))).toEqual(
      data.study.weightSimilarity.layers.map(({ cosineSimilarity }: { cosineSimilarity: number }) => cosineSimilarity),
    );
    const curves = await rowsOf("/export/studies/seeded-000002/curves.csv");
    expect(curves).toHaveLength(4 * (20 + 2));
    const [{ name, curve }] = data.study.experiments.nodes;
    const points = curves.filter((row) => row["run"] === name && row["curve"] === "loss");
    expect(points.map(({ value }) => Number(value))).toEqual(curve.values);
    expect((await rowsOf("/export/studies/nasty/curves.csv")).map(({ value }) => value)).toEqual(["3", "", "3", ""]);
  });

  test("across studies are filtered as in queries, with equal CSV and Parquet", async () => {
    const filter = encodeURIComponent(
      JSON.stringify({ study: { tags: { has: "seeded" } }, quantizationBits: { equals: 4 } }),
    );
    const rows = await rowsOf(`/export/experiments.csv?filter=${filter}&metrics=training_loss`);
    expect(rows.map(({ study, name }) => `${study} ${name}`).sort()).toEqual(
      [0, 1, 2].flatMap((n) => [2, 4].map((r) => `seeded-00000${n} 4bit_r${r}`)),
    );
    const file = await (await get(`/export/experiments.parquet?filter=${filter}&metrics=training_loss`)).arrayBuffer();
    const read = (await parquetReadObjects({ file })) as Record<string, unknown>[];
    expect(read.map((row) => String(row["training_loss"]))).toEqual(rows.map((row) => row["training_loss"]));
    expect(await rowsOf("/export/layers.csv?ranks=4")).toHaveLength(3 * 3);
  });

  test("in a query result are equal to the downloads", async () => {
    for (const [kind, format] of [
      ["LAYERS", "CSV"],
      ["EXPERIMENTS", "PARQUET"],
    ]) {
      const { data } = await server.execute(
        `{ study(slug: "seeded-000000") { table(kind: ${kind}, format: ${format}) { rowCount content fileName path } } }`,
      );
      const { content, rowCount, path, fileName } = data.study.table;
      expect(rowCount).toBe(kind === "LAYERS" ? 6 : 4);
      const response = await get(path as string);
      expect(response.headers.get("content-disposition")).toContain(fileName);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(Buffer.from(content as string, format === "CSV" ? "utf8" : "base64").equals(bytes)).toBe(true);
    }
  });

  test("too large for a query result are rejected with the path of the complete download", async () => {
    const [{ id }] = (await server.database.sql`
      select experiment.id from experiment join study on study.id = study_id where slug = 'nasty' order by experiment.name limit 1`) as unknown as [
      { id: string },
    ];
    await server.database.sql`insert into metric_series (experiment_id, name, steps, values)
      select ${id}, 'long', array_agg(i), array_agg(i::float8) from generate_series(1, 10001) as i`;
    const { errors } = await server.execute('{ study(slug: "nasty") { table(kind: CURVES) { content } } }');
    expect(errors?.[0]?.message).toContain("Download it from /export/studies/nasty/curves.csv");
    expect((await rowsOf("/export/studies/nasty/curves.csv")).filter(({ curve }) => curve === "long")).toHaveLength(
      10_001,
    );
  });

  test.each([
    ["/export/studies/none/layers.csv", 404, "STUDY_NOT_FOUND"],
    ["/export/studies/nasty/nothing.csv", 404, "NOT_SERVED"],
    ["/export/studies/nasty/layers.xls", 404, "NOT_SERVED"],
    ["/export/layers.csv?filter={", 400, "ARGUMENT_INVALID"],
    ["/export/layers.csv?filter=" + encodeURIComponent('{"nothing":1}'), 400, "ARGUMENT_INVALID"],
    ["/export/layers.csv?ranks=x", 400, "ARGUMENT_INVALID"],
    ["/export/experiments.csv?metrics=a&metrics=b", 400, "ARGUMENT_INVALID"],
  ])("answer %s with %i in JSON", async (path, status, code) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { errors: [{ extensions: object }] }).errors[0].extensions).toEqual({ code });
  });
});
