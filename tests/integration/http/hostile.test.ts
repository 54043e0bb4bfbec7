import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { apiServer } from "../../support/api-server.js";
import { twoStudies } from "../../support/two-studies.js";

let folder: string;
const server = apiServer(async (database) => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-hostile-"));
  await twoStudies(database, folder);
});
afterAll(() => rm(folder, { recursive: true }));
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

const repeat = (times: number, each: (i: number) => string) =>
  Array.from({ length: times }, (_, i) => each(i)).join(" ");
const nested = (times: number, [open, close]: readonly [string, string], inner: string) =>
  open.repeat(times) + inner + close.repeat(times);
const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body:
    typeof body === "string" || body instanceof Uint8Array
      ? (body as NonNullable<RequestInit["body"]>)
      : JSON.stringify(body),
});
const graphql = (query: unknown, rest: object = {}) => ["/graphql", post({ query, ...rest })] as const;
const get = (path: string, headers: Record<string, string> = {}) => [path, { headers }] as const;

const TOO_LARGE = [400, "QUERY_TOO_LARGE"] as const;
const INVALID = [400, "GRAPHQL_VALIDATION_FAILED"] as const;
const UNPARSED = [400, "GRAPHQL_PARSE_FAILED"] as const;
const BAD = [400, "BAD_REQUEST"] as const;
const REFUSED = [400, "REQUEST_INVALID"] as const;
const ARGUMENT = [200, "ARGUMENT_INVALID"] as const;
const deepFilter = (levels: number) => nested(levels, ['{"and":[', "]}"], '{"search":"a"}');

/** Requests, with the status and the code of their responses. */
const REQUESTS: readonly (readonly [string, readonly [string, RequestInit], readonly [number, string]])[] = [
  ["aliases", graphql(`{ ${repeat(31, (i) => `a${i}: job(id: 1) { id }`)} }`), TOO_LARGE],
  ["root fields", graphql(`{ ${"__typename ".repeat(21)} }`), TOO_LARGE],
  [
    "aliases in fragments",
    graphql(`{ ...F ...F } fragment F on Query { ${repeat(16, (i) => `a${i}: __typename`)} }`),
    TOO_LARGE,
  ],
  ["directives", graphql(`{ job(id: 1) ${"@include(if: true) ".repeat(51)} { id } }`), TOO_LARGE],
  [
    "depth",
    graphql(`{ experiment(id: 1) ${nested(4, ["{ study { ranks { experiments ", " } } }"], "{ id }")} }`),
    TOO_LARGE,
  ],
  [
    "depth by fragments",
    graphql(`
      {
        study(slug: "one") {
          ...A
        }
      }
      ${repeat(12, (i) => `fragment ${"ABCDEFGHIJKLM"[i]} on Study { ranks { experiments { study { ...${"ABCDEFGHIJKLM"[i + 1]} } } } }`)}
      fragment M on Study {
        slug
      }
    `),
    TOO_LARGE,
  ],
  [
    "fragments that grow as powers",
    graphql(`
      {
        study(slug: 1) {
          ...F40
        }
      }
      fragment F0 on Study {
        slug
      }
      ${repeat(40, (i) => `fragment F${i + 1} on Study { ...F${i} ...F${i} }`)}
    `),
    TOO_LARGE,
  ],
  ["a recursive fragment", graphql("{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }"), INVALID],
  [
    "introspection in circles",
    graphql(`{ __schema { types ${nested(20, ["{ fields { type ", " } }"], "{ name }")} } }`),
    INVALID,
  ],
  ["a field repeated a thousand times", graphql(`{ studies { nodes { ${"slug ".repeat(1900)} } } }`), INVALID],
  ["tokens", graphql(`{ ${"a ".repeat(3000)} }`), UNPARSED],
  ["open brackets", graphql("{ a(x: " + "[".repeat(1990)), UNPARSED],
  ["open braces", graphql("{a".repeat(999)), UNPARSED],
  ["nested lists", graphql(`{ studies(filter: ${nested(900, ["[", "]"], "")}) { totalCount } }`), INVALID],
  [
    "nested filters",
    graphql(`{ studies(filter: ${nested(300, ["{and:[", "]}"], '{search:"a"}')}) { totalCount } }`),
    ARGUMENT,
  ],
  [
    "nested filters in variables",
    [
      "/graphql",
      post(
        `{"query":"query($f: StudyFilter) { studies(filter: $f) { totalCount } }","variables":{"f":${deepFilter(8000)}}}`,
      ),
    ],
    TOO_LARGE,
  ],
  [
    "nested variables that nothing uses",
    ["/graphql", post(`{"query":"{ __typename }","variables":{"f":${nested(100_000, ["[", "]"], "")}}}`)],
    TOO_LARGE,
  ],
  [
    "a cost beyond reason",
    graphql("{ studies(first: 100) { nodes { experiments(first: 100) { nodes { layers { singularValues } } } } } }"),
    [400, "QUERY_TOO_EXPENSIVE"],
  ],
  ["a huge page", graphql("{ studies(first: 2147483647) { totalCount } }"), ARGUMENT],
  ["a negative page size", graphql("{ experimentRows(first: -1) { totalCount } }"), ARGUMENT],
  ["a number that exceeds Int", graphql("{ studies(first: 99999999999) { totalCount } }"), INVALID],
  ["a null character", graphql('{ study(slug: "\\u0000") { slug } }'), ARGUMENT],
  [
    "a zero character in a variable",
    graphql("query($s: String!) { study(slug: $s) { slug } }", { variables: { s: "\0" } }),
    ARGUMENT,
  ],
  [
    "half a surrogate pair",
    graphql("query($s: String!) { study(slug: $s) { slug } }", { variables: { s: "\ud800" } }),
    [200, ""],
  ],
  [
    "a cursor of someone's own making",
    graphql("query($c: String!) { studies(after: $c) { nodes { slug } } }", {
      variables: { c: Buffer.from('["studies CREATED_AT DESC","275760-09-13",{"a":1}]').toString("base64url") },
    }),
    ARGUMENT,
  ],
  [
    "a cursor to no time",
    graphql("query($c: String!) { studies(after: $c) { nodes { slug } } }", {
      variables: {
        c: Buffer.from(
          '["studies CREATED_AT DESC","+275760-09-13T00:00:00.000Z","01a20f81-c9a6-7054-94ca-051a1ed9debb"]',
        ).toString("base64url"),
      },
    }),
    ARGUMENT,
  ],
  ["variables of the wrong type", graphql("{ __typename }", { variables: [] }), BAD],
  [
    "variables that name the prototype",
    ["/graphql", post('{"query":"{ __typename }","variables":{"__proto__":{"a":1},"constructor":{"prototype":1}}}')],
    [200, ""],
  ],
  ["no query", ["/graphql", post({})], BAD],
  ["a query that is not a string", graphql({ a: 1 }), BAD],
  [
    "an operation that is not there",
    graphql("{ __typename }", { operationName: "Other" }),
    [400, "OPERATION_RESOLUTION_FAILURE"],
  ],
  ["a batch", ["/graphql", post([{ query: "{ __typename }" }, { query: "{ __typename }" }])], BAD],
  ["a body that is a number", ["/graphql", post("7")], REFUSED],
  ["an incomplete body", ["/graphql", post('{"query":')], REFUSED],
  [
    "a body of zeros that is packed",
    ["/graphql", post(gzipSync(Buffer.alloc(50_000_000)), { "content-encoding": "gzip" })],
    [413, "QUERY_TOO_LARGE"],
  ],
  ["a body that differs from its encoding", ["/graphql", post("not gzip", { "content-encoding": "gzip" })], REFUSED],
  ["an unknown encoding", ["/graphql", post("{}", { "content-encoding": "magic" })], [415, "REQUEST_INVALID"]],
  [
    "an unknown character set",
    ["/graphql", post("{}", { "content-type": "application/json; charset=martian" })],
    [415, "REQUEST_INVALID"],
  ],
  ["a large body", ["/graphql", post({ query: `{ __typename } #${"x".repeat(300_000)}` })], [413, "QUERY_TOO_LARGE"]],
  ["a form", ["/graphql", post("query={__typename}", { "content-type": "application/x-www-form-urlencoded" })], BAD],
  ["a text", ["/graphql", post('{"query":"{ __typename }"}', { "content-type": "text/plain" })], BAD],
  ["a query in the URL", get("/graphql?query={__typename}"), BAD],
  [
    "a mutation in the address",
    get("/graphql?query=mutation{tagStudy(slug:%22one%22,tags:[]){slug}}", { "apollo-require-preflight": "1" }),
    [405, "BAD_REQUEST"],
  ],
  [
    "a persisted query",
    graphql(undefined, { extensions: { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } } }),
    [200, "PERSISTED_QUERY_NOT_FOUND"],
  ],
  ["another method", ["/graphql", { method: "DELETE" }], [405, "REQUEST_INVALID"]],
  ["a preflight request", ["/graphql", { method: "OPTIONS" }], [405, "REQUEST_INVALID"]],
  ["a trace mode", graphql("{ __typename }", { extensions: { tracing: true } }), [200, ""]],
  ["an undecodable URL", get("/export/studies/%ZZ/report.md"), REFUSED],
  ["a null character in the URL", get("/export/studies/%00/report.md"), [400, "ARGUMENT_INVALID"]],
  ["a path traversal from exports", get("/export/studies/..%2f..%2f..%2fetc/passwd.csv"), [404, "NOT_SERVED"]],
  ["a path traversal from assets", get("/assets/..%2f..%2fpackage.json"), [404, "NOT_SERVED"]],
  ["an unknown asset", get("/assets/nothing.js"), [404, "NOT_SERVED"]],
  ["a folder", get("/assets/"), [404, "NOT_SERVED"]],
  ["an unknown path", get("/wp-login.php"), [404, "NOT_SERVED"]],
  [
    "a nested filter in the address",
    get(`/export/experiments.csv?filter=${encodeURIComponent(deepFilter(300))}`),
    TOO_LARGE,
  ],
  ["several filters", get("/export/experiments.csv?filter={}&filter={}"), [400, "ARGUMENT_INVALID"]],
  ["a filter of objects", get("/export/experiments.csv?filter[a]=1"), [200, ""]],
  ["an unknown study", get("/export/studies/none/report.md"), [404, "STUDY_NOT_FOUND"]],
  ["a download with POST", ["/export/experiments.csv", { method: "POST" }], [405, "REQUEST_INVALID"]],
];

describe("a hostile request never causes a 500, a stack trace or a path in the response", () => {
  test.each(REQUESTS)("%s", async (_, [target, init], [status, code]) => {
    const response = await fetch(new URL(server.address).origin + target, init);
    const text = await response.text();
    expect(`${response.status} ${text.slice(0, 500)}`).toMatch(new RegExp(`^${status} `));
    expect(text).not.toContain(ROOT.slice(0, -1));
    expect(text).not.toMatch(/node_modules|\bat .*\.m?js:|INTERNAL/);
    if (code === "") return;
    const { errors } = JSON.parse(text) as { errors: { message: string; extensions: { code: string } }[] };
    expect(errors[0]?.extensions.code, text.slice(0, 500)).toBe(code);
    expect(errors[0]?.message.length).toBeLessThan(3000);
    // Errors about sizes state the size, the limit and how to fix it.
    if (code === "QUERY_TOO_LARGE") expect(errors[0]?.message).toMatch(/received .*; allowed: .*\. \S+/);
  });

  test("every response prevents browsers from guessing its type", async () => {
    for (const place of ["/", "/graphql", "/export/experiments.csv", "/export/none", "/none"]) {
      const { headers } = await fetch(new URL(place, server.address));
      expect(Object.fromEntries(headers), place).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "content-security-policy": expect.stringContaining("frame-ancestors 'none'") as string,
      });
      expect(headers.has("access-control-allow-origin")).toBe(false);
      expect(headers.has("x-powered-by")).toBe(false);
    }
  });

  test("a client can request the cost of a query", async () => {
    const answer = await fetch(
      ...([
        new URL("/graphql", server.address),
        post({ query: "{ studies { totalCount } }", extensions: { cost: true } }),
      ] as const),
    );
    const { extensions } = (await answer.json()) as { extensions: { cost: { points: number; allowed: number } } };
    expect(extensions.cost.allowed).toBe(1_000_000);
    expect(extensions.cost.points).toBeGreaterThan(1);
    const plain = await fetch(new URL("/graphql", server.address), post({ query: "{ studies { totalCount } }" }));
    expect(await plain.json()).not.toHaveProperty("extensions");
  });
});
