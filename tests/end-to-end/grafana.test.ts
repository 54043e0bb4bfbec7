import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parser } from "@prometheus-io/lezer-promql";
import { parse as parseCsv } from "csv-parse/sync";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { grafanaDashboards, type Dashboard, type Target } from "../support/grafana-dashboards.js";
import { query, serveRankscope, type RunningRankscope } from "../support/rankscope.js";
import { scrape, type Scrape } from "../support/scrape.js";
import { studyDatabase } from "../support/study-database.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BOARDS = grafanaDashboards();

describe("the dashboard files", () => {
  test("match Grafana's own types", () => {
    // The JSON is inserted into the program as text, because an import would turn its literals into plain strings. Enum types of
    // Grafana accept no literals, so such a literal is replaced by the enum's member.
    const typed = (text: string) => text.replaceAll('"mode": "absolute"', '"mode": ThresholdsMode.Absolute');
    const sources = new Map(
      BOARDS.map(({ file, text }) => [
        path.join(ROOT, `tests/${file}.ts`),
        `import { type Dashboard, ThresholdsMode } from "@grafana/schema";
          export const dashboard: Dashboard = ${typed(text)};
          export const mode = ThresholdsMode.Absolute;`,
      ]),
    );
    const wrong = path.join(ROOT, "tests/wrong.json.ts");
    sources.set(wrong, [...sources.values()][0]?.replace('"graphTooltip": 1', '"graphTooltip": 7') ?? "");
    const options: ts.CompilerOptions = {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
    };
    const host = ts.createCompilerHost(options);
    const { fileExists, readFile: read, getSourceFile } = host;
    host.fileExists = (file) => sources.has(file) || fileExists(file);
    host.readFile = (file) => sources.get(file) ?? read(file);
    host.getSourceFile = (file, version) => {
      const text = sources.get(file);
      return text === undefined ? getSourceFile.call(host, file, version) : ts.createSourceFile(file, text, version);
    };
    const program = ts.createProgram([...sources.keys()], options, host);
    const found = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => ({
      file: file?.fileName,
      message: ts.flattenDiagnosticMessageText(messageText, "\n"),
    }));
    expect(found.filter(({ file }) => file !== wrong)).toEqual([]);
    expect(found.filter(({ file }) => file === wrong)).toHaveLength(1);
  });

  test("query only data sources that are provisioned", async () => {
    const text = await readFile(path.join(ROOT, "examples/grafana/provisioning/datasources/rankscope.yml"), "utf8");
    const { datasources } = parseYaml(text) as { datasources: { uid: string; type: string }[] };
    const known = new Map(datasources.map(({ uid, type }) => [uid, type]));
    for (const { dashboard } of BOARDS) {
      for (const { datasource } of targetsOf(dashboard)) expect(known.get(datasource.uid)).toBe(datasource.type);
    }
  });
});

describe("the dashboards on a server with the example study", () => {
  const stored = studyDatabase("reference-study");
  let server: RunningRankscope;
  let now: Scrape;
  beforeAll(async () => {
    server = await serveRankscope({ ...stored.environment, RANKSCOPE_LOG: "silent" });
    const compare = `{ study(slug: "reference-study") { ranks { r }
      weightSimilarity(rank: 1, scaling: ADAPTER, waitSeconds: 60) { comparedLayers } } }`;
    expect((await query(server.address, compare)).errors).toBeUndefined();
    now = await scrape(server.address);
  });
  afterAll(async () => {
    server.child.kill("SIGTERM");
    await server.ended;
  });

  describe.each(BOARDS.map(({ file, dashboard }) => [file, dashboard] as const))("%s", (_file, dashboard) => {
    test("each variable has values, and each panel has rows with the columns that it names", async () => {
      const values = new Map<string, string>();
      for (const { name, query: variable, current } of dashboard.templating.list) {
        if (typeof variable === "string") values.set(name, current?.value ?? "");
        else {
          const [first] = await rowsOf(server.address, variable.infinityQuery, values);
          values.set(name, String(at(first, variable.infinityQuery.columns?.[0]?.selector ?? "")));
        }
        expect(values.get(name), name).not.toBe("");
      }
      for (const { title, targets } of dashboard.panels) {
        for (const target of targets) {
          if (target.expr !== undefined) continue;
          const rows = await rowsOf(server.address, target, values);
          expect(rows.length, title).toBeGreaterThan(0);
          for (const { selector, type } of target.columns ?? []) {
            const cells = rows.map((row) => at(row, selector));
            const known = cells.filter((cell) => cell !== null && cell !== undefined && cell !== "");
            expect(known.length, `${title}: ${selector}`).toBeGreaterThan(0);
            if (type === "number") expect(known.filter((cell) => !Number.isFinite(Number(cell)))).toEqual([]);
          }
        }
      }
    });

    test("each PromQL expression is valid, and queries existing metrics and labels", () => {
      for (const { title, targets } of dashboard.panels) {
        for (const { expr } of targets) if (expr !== undefined) checkPromql(now, title, expr);
      }
    });
  });

  test("rejects a mistake in PromQL, a metric or a label", () => {
    for (const wrong of [
      "sum(rankscope_jobs",
      "rankscope_nothing",
      'rankscope_jobs{colour="red"}',
      "sum by (colour) (rankscope_jobs)",
    ]) {
      expect(() => checkPromql(now, "a panel", wrong), wrong).toThrow();
    }
  });
});

const targetsOf = ({ panels, templating }: Dashboard): Target[] => [
  ...panels.flatMap(({ targets }) => targets),
  ...templating.list.flatMap(({ query: variable }) => (typeof variable === "string" ? [] : [variable.infinityQuery])),
];

/** Sends a target's query as the plugin Infinity does, and selects its rows. */
async function rowsOf(address: string, target: Target, values: ReadonlyMap<string, string>): Promise<unknown[]> {
  const filled = (text = "") => text.replace(/\$\{(\w+)\}/g, (_, name: string) => values.get(name) ?? `no ${name}`);
  const { type, url_options: sent, root_selector: root = "" } = target;
  const url = new URL(filled(target.url), address);
  if (type === "csv") {
    for (const { key, value } of sent?.params ?? []) url.searchParams.set(key, filled(value));
    const response = await fetch(url);
    const text = await response.text();
    expect(response.status, text).toBe(200);
    return parseCsv(text, { columns: true });
  }
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: filled(sent?.body_graphql_query), variables: {} }),
  });
  const answer = (await response.json()) as { errors?: unknown };
  expect(answer.errors).toBeUndefined();
  const rows = at(answer, root);
  // Infinity makes one row of a value that is not a list.
  return Array.isArray(rows) ? rows : [rows];
}

function at(value: unknown, selector: string): unknown {
  return selector
    .split(".")
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null | undefined)?.[key], value);
}

/** Suffixes that prom-client adds to a histogram's name. */
const PARTS = /_(bucket|sum|count)$/;
/** Labels that Prometheus adds when it scrapes, and labels that every histogram has. */
const ADDED = new Set(["instance", "job", "le"]);

/** @throws if the expression is not valid PromQL, or names a metric or label that the server does not have or document */
function checkPromql({ types }: Scrape, title: string, source: string): void {
  // Grafana replaces its own variable, which is not a duration yet.
  const expr = source.replaceAll("$__rate_interval", "1m");
  const documented = labelsOf();
  const metrics = new Set<string>();
  const labels = new Set<string>();
  parser.parse(expr).iterate({
    enter(node) {
      const text = expr.slice(node.from, node.to);
      if (node.type.isError) throw new Error(`${title}: ${expr} is no PromQL at ${node.from}`);
      if (node.name === "Identifier") metrics.add(text);
      if (node.name === "LabelName") labels.add(text);
    },
  });
  for (const name of metrics) {
    const base = types.has(name) ? name : name.replace(PARTS, "");
    if (!types.has(base)) throw new Error(`${title}: ${name} is no metric of the server`);
    for (const label of documented.get(base) ?? []) labels.delete(label);
  }
  const unknown = [...labels].filter((label) => !ADDED.has(label));
  if (metrics.size === 0 || unknown.length > 0) throw new Error(`${title}: ${expr} has no label ${unknown.join(", ")}`);
}

let documentedLabels: Map<string, string[]> | undefined;
function labelsOf(): Map<string, string[]> {
  return (documentedLabels ??= new Map(
    [...METRICS.matchAll(/^\| `(\w+)` \| \w+ \| ([\w, ]*) \|/gm)].map(([, name = "", labels = ""]) => [
      name,
      labels.trim().split(", "),
    ]),
  ));
}
const METRICS = await readFile(path.join(ROOT, "docs/metrics.md"), "utf8");
