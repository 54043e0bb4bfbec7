import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { buildSchema, isEnumType, parse, validate, type GraphQLEnumType } from "graphql";
import { parse as parseYaml } from "yaml";
import { describe, expect, test } from "vitest";
// @ts-expect-error -- the tool reads JavaScript only, which has no types
import * as dependencyRules from "../../.dependency-cruiser.mjs";
import { failure, type ErrorCode } from "#src/errors.js";
import {
  headingIds,
  linkTargets,
  literals,
  readDocument,
  readDocuments,
  ROOT,
  shellCommands,
} from "../support/markdown.js";

// Checks links, commands, queries and variables in the documents. Checks that need a server are in
// tests/integration/docs.test.ts.

const DOCUMENTS = readDocuments();
const SCHEMA = buildSchema(read("schema/schema.graphql"));
const ENUM_VALUES: ReadonlySet<string> = new Set(
  Object.values(SCHEMA.getTypeMap()).flatMap((type) =>
    isEnumType(type) ? type.getValues().map(({ name }) => name) : [],
  ),
);
/** Codes of errors of GraphQL itself. */
const GRAPHQL_CODES = ["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"];
const { LAYERS } = dependencyRules as { readonly LAYERS: Readonly<Record<string, readonly string[]>> };
const packageJson = JSON.parse(read("package.json")) as {
  license: string;
  private: boolean;
  scripts: Record<string, string>;
};

const COMPOSE = parseYaml(read("docker-compose.yml")) as {
  services: Record<string, { profiles?: string[] }>;
};

/** Returns the concatenated source of the files that an npm script runs; empty if it runs none of this repository. */
function sourceOf(script: string): string {
  const files = packageJson.scripts[script]?.match(/scripts\/[\w/.-]+\.(?:ts|mjs)/g) ?? [];
  return files.map(read).join("\n");
}

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

test("the README has at most 150 lines and shows the two commands as lines of code", () => {
  const { text, blocks } = readDocument("README.md");
  expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(150);
  const lines = blocks.flatMap((block) => block.text.split("\n"));
  for (const command of ["npm ci && npm start", "npm ci && npm test"]) {
    expect(
      lines.some((line) => line.replace(/\s+# .*$/, "") === command),
      command,
    ).toBe(true);
  }
});

test("the licence is Apache-2.0 in LICENSE, package.json and the README, and the package is private", () => {
  expect(read("LICENSE")).toMatch(/^\s*Apache License\n\s*Version 2\.0, January 2004\n/);
  expect(packageJson).toMatchObject({ license: "Apache-2.0", private: true });
  expect(read("README.md")).toContain("[Apache License 2.0](LICENSE)");
});

describe.each(DOCUMENTS)("$file", (document) => {
  test("links only to files and headings that exist", () => {
    const broken = linkTargets(document.prose).filter((target) => !resolves(document.file, target));
    expect(broken).toEqual([]);
  });

  test("names only npm scripts and script files that exist", () => {
    const commands = shellCommands(document);
    const scripts = commands.flatMap((command) => [...command.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)]);
    const unknown = scripts.map(([, script = ""]) => script).filter((script) => !(script in packageJson.scripts));
    expect(unknown).toEqual([]);
    const files = literals(document).flatMap((literal) => [
      ...literal.matchAll(/(?<![\w/.-])(?:scripts|tests|src)\/[\w./-]*\w/g),
    ]);
    const missing = files.map(([file]) => file).filter((file) => !existsSync(path.join(ROOT, file)));
    expect(missing).toEqual([]);
  });

  test("passes options to npm scripts that their files read", () => {
    const unread = shellCommands(document).flatMap((command) => {
      const [, script = "", options = ""] = /\bnpm run ([\w:-]+) -- (.*)$/.exec(command) ?? [];
      const source = script === "rankscope" ? undefined : sourceOf(script);
      const flags = [...options.matchAll(/--([\w-]+)/g)].map(([, flag = ""]) => flag);
      return flags.filter((flag) => source?.includes(flag) === false).map((flag) => `${script} --${flag}`);
    });
    expect(unread).toEqual([]);
  });

  test("names only services and profiles of docker-compose.yml that exist", () => {
    const unknown = shellCommands(document)
      .filter((command) => command.startsWith("docker compose"))
      .flatMap((command) => {
        const profiles = [...command.matchAll(/--profile (\w+)/g)].map(([, name = ""]) => name);
        const services = [...command.matchAll(/(?:--scale |run --rm )([\w-]+)/g)].map(([, name = ""]) => name);
        return [
          ...profiles.filter(
            (name) => !Object.values(COMPOSE.services).some((service) => service.profiles?.includes(name)),
          ),
          ...services.filter((name) => !(name in COMPOSE.services)),
        ];
      });
    expect(unknown).toEqual([]);
  });

  test("contains only GraphQL that is valid for the schema", () => {
    const blocks = document.blocks.filter(({ language }) => language === "graphql").map(({ text }) => text);
    const sent = document.blocks.flatMap(({ text }) => [...text.matchAll(/'(\{\s*"query":[^']*\})'/g)]);
    const queries = sent.map(([, body = ""]) => (JSON.parse(body) as { query: string }).query);
    for (const query of [...blocks, ...queries]) {
      expect(validate(SCHEMA, parse(query)), query).toEqual([]);
    }
  });

  test("names only settings that exist", () => {
    const named = literals(document).flatMap((literal) => [
      ...(literal.match(/\b(?:RANKSCOPE|OTEL|AWS|VK|NVIDIA|ONNXRUNTIME)_[A-Z0-9_]+\b(?!\*)|\bDATABASE_URL\b/g) ?? []),
      ...[...literal.matchAll(/(?:^|\s)([A-Z][A-Z0-9_]+)=\S/g)].map(([, name = ""]) => name),
    ]);
    expect([...new Set(named)].filter((name) => !isSetting(name))).toEqual([]);
  });

  test("names only enum values and error codes that exist", () => {
    const spans = literals({ ...document, blocks: [] });
    const named = spans.filter((span) => /^[A-Z]+(_[A-Z0-9]+)+$/.test(span));
    const unknown = named.filter((name) => !isSetting(name) && !ENUM_VALUES.has(name) && !isErrorCode(name));
    expect([...new Set(unknown)]).toEqual([]);
  });
});

describe("docs/configuration.md", () => {
  const { prose } = readDocument("docs/configuration.md");
  const documented = [...prose.matchAll(/^\|.*$/gm)].flatMap(([row]) => row.match(/`[A-Z][A-Z0-9_]+`/g) ?? []);

  test("describes every setting that src/config.ts reads", () => {
    expect(SETTINGS.filter((name) => !documented.includes(`\`${name}\``))).toEqual([]);
  });

  test("states the defaults of src/config.ts", () => {
    for (const [, name = "", value = ""] of CONFIG.matchAll(/^ {2}([A-Z][A-Z0-9_]+):.*\.default\("?([\w./-]+)"?\)/gm)) {
      const row = prose.split("\n").find((line) => line.startsWith(`| \`${name}\` |`));
      const shown = value === "." ? "the working directory" : `\`${value}\``;
      expect(row?.split(" | ")[1], name).toBe(shown);
    }
  });
});

test("docs/dashboards.md lists every kind of plot", () => {
  const { prose } = readDocument("docs/dashboards.md");
  const listed = [...prose.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, kind = ""]) => kind);
  const kinds = (SCHEMA.getType("PlotKind") as GraphQLEnumType).getValues().map(({ name }) => name);
  expect(listed.sort()).toEqual(kinds.map((kind) => kind.toLowerCase().replaceAll("_", "-")).sort());
});

describe("docs/architecture.md", () => {
  const rows = [...readDocument("docs/architecture.md").prose.matchAll(/^\| `([\w./-]+)` \| .* \| (.+) \|$/gm)];
  const documented = new Map(rows.map(([, layer = "", imports = ""]) => [layer, layersIn(imports)]));

  test("states what each layer may import", () => {
    const allowed = Object.entries(LAYERS).map(([layer, imports]) => [layer, [...imports].sort()]);
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(allowed));
  });
});

/** Settings that src/config.ts reads, in its order; the table of limits has the others. */
const CONFIG = read("src/config.ts");
const SETTINGS = [
  ...[...CONFIG.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name = ""]) => name),
  ...[...readDocument("docs/limits.md").prose.matchAll(/^\| `(RANKSCOPE_\w+)` \|/gm)].map(([, name = ""]) => name),
];

/** Variables that other programs read, or this project's own tests and containers. */
const READ_ELSEWHERE: ReadonlySet<string> = new Set([
  // the AWS SDK
  "AWS_ACCESS_KEY_ID",
  // OpenTelemetry's SDK
  "OTEL_EXPORTER_OTLP_HEADERS",
  "OTEL_TRACES_SAMPLER",
  "OTEL_SERVICE_NAME",
  "OTEL_RESOURCE_ATTRIBUTES",
  // Vulkan, CUDA and the installer of onnxruntime-node
  "LD_LIBRARY_PATH",
  "VK_DRIVER_FILES",
  "VK_ICD_FILENAMES",
  "NVIDIA_TF32_OVERRIDE",
  "ONNXRUNTIME_NODE_INSTALL",
  // Grafana's provisioning files
  "RANKSCOPE_ADDRESS",
  "PROMETHEUS_ADDRESS",
  // docker-compose.yml
  "STUDIES",
  // tests
  "RANKSCOPE_CHROMIUM",
]);

function isSetting(name: string): boolean {
  return SETTINGS.includes(name) || READ_ELSEWHERE.has(name);
}

function isErrorCode(code: string): boolean {
  if (GRAPHQL_CODES.includes(code)) return true;
  try {
    return failure(code as ErrorCode).code === code;
  } catch {
    return false;
  }
}

const BASE = ["errors.ts", "log.ts", "trace.ts", "model"];

/** The layers that a cell of the table of layers names. */
function layersIn(cell: string): string[] {
  const named = [...cell.matchAll(/`([\w./-]+)`/g)].map(([, name = ""]) => name);
  return [...(cell.startsWith("base") ? BASE : []), ...named].sort();
}

/** Whether a link of `file` leads somewhere; addresses of other sites are not opened. */
function resolves(file: string, target: string): boolean {
  if (/^(https?|mailto):/.test(target)) return true;
  const [place = "", fragment] = target.split("#");
  const linked = place === "" ? file : path.posix.join(path.posix.dirname(file), place);
  if (!existsSync(path.join(ROOT, linked))) return false;
  return (
    fragment === undefined || (linked.endsWith(".md") && headingIds(readDocument(linked).prose).includes(fragment))
  );
}
