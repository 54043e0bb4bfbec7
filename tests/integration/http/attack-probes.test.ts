import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { apiServer } from "../../support/api-server.js";

// The twelve probes of usual audits of GraphQL servers (the list is graphql-cop's, the requests are our own) and some more, with
// the response to each and its reason. The limits are those of docs/limits.md.

const server = apiServer(() => Promise.resolve());
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

interface Probed {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  // Its shape depends on the query.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

/** Sends a request and checks what applies to every response: no server error, JSON, no internal details. */
async function probe(init: RequestInit, at = "/graphql"): Promise<Probed> {
  const response = await fetch(new URL(at, server.address), init);
  const text = await response.text();
  expect(response.status, text.slice(0, 300)).toBeLessThan(500);
  for (const inside of [ROOT, "node_modules", "stacktrace", "    at ", "postgres://", "postgresql://"])
    expect(text).not.toContain(inside);
  const type = response.headers.get("content-type") ?? "";
  const body = /json/.test(type) ? (JSON.parse(text) as unknown) : undefined;
  return { status: response.status, type, text, body };
}
const post = (body: unknown, headers: Record<string, string> = {}) =>
  probe({
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
const execute = (query: string) => post({ query });
const refused = (code: string, message: string | RegExp = "") => ({
  status: 400,
  body: {
    errors: [
      expect.objectContaining({
        message: expect.stringMatching(message) as string,
        extensions: { code },
      }),
    ],
  },
});
const times = (count: number, part: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => part(i)).join(" ");

describe("denial of service", () => {
  test("1 alias overloading: 101 aliases are rejected with a hint to use list arguments", async () => {
    const answer = await execute(`{ ${times(101, (i) => `a${i}: __typename`)} }`);
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/101 aliases; allowed: 30\. Use a list argument/);
  });

  test("2 batch queries: a list of requests is rejected", async () => {
    expect(await post(Array(10).fill({ query: "{ __typename }" }))).toMatchObject(refused("BAD_REQUEST", /batch/i));
  });

  test("3 field duplication: a thousand repetitions of a field are rejected", async () => {
    const answer = await execute(`{ ${times(1000, () => "__typename")} }`);
    expect([answer.status, answer.body.errors[0].extensions.code]).toEqual([400, "QUERY_TOO_LARGE"]);
    const deep = await execute(`{ studies { nodes { ${times(2100, () => "slug")} } } }`);
    expect([deep.status, deep.body.errors[0].extensions.code]).toEqual([400, "GRAPHQL_PARSE_FAILED"]);
  });

  test("4 directive overloading: a thousand unknown directives are rejected with one error", async () => {
    const answer = await execute(`{ __typename ${times(900, () => "@aa")} }`);
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/900 directives; allowed: 50/);
    expect(answer.text.length).toBeLessThan(20_000);
  });

  test("5 circular introspection: nested types of fields of types are rejected", async () => {
    const circle = `${"fields { type { ".repeat(5)}name${" } }".repeat(5)}`;
    expect((await execute(`{ __schema { types { ${circle} } } }`)).status).toBe(400);
  });

  test.each([
    ["a query nested deeper than 12", `{ ${"study { experiment { ".repeat(10)} id ${" } }".repeat(10)} }`],
    ["unclosed brackets", "{".repeat(1990)],
    ["three thousand tokens", `{ ${times(3000, (i) => `f${i}`)} }`],
    [
      "fragments that double each other",
      `{ ...f0 } ${times(40, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f40 on Query { __typename }`,
    ],
    ["a fragment that spreads itself", "{ ...f } fragment f on Query { ...f }"],
    ["a number of a hundred thousand digits", `{ studies(first: ${"9".repeat(100_000)}) { totalCount } }`],
    ["a list of thousands", `{ compareStudies(slugs: [${'"a",'.repeat(1900)}]) { __typename } }`],
  ])("%s is rejected", async (_, query) => {
    const { status, body } = await execute(query);
    expect(status).toBe(400);
    expect(body.errors.length).toBeGreaterThan(0);
  });

  test("a body over 256 KB is rejected unread", async () => {
    expect((await execute(`{ __typename } # ${"x".repeat(300_000)}`)).status).toBe(413);
  });

  test("a page over the limit is rejected, not truncated", async () => {
    const { body } = await execute("{ studies(first: 1000000) { totalCount } }");
    expect(body.errors[0].message).toMatch(/1000000/);
  });
});

describe("requests that a foreign page could send (CSRF)", () => {
  const query = "/graphql?query=%7B__typename%7D";
  const mutation = `/graphql?query=${encodeURIComponent('mutation { precomputeStudy(slug: "a") { __typename } }')}`;

  test("6 a GET query as a simple browser request is rejected, and one with a preflighted header is answered", async () => {
    expect(await probe({}, query)).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: "BAD_REQUEST" } }] },
    });
    const answer = await probe({ headers: { "apollo-require-preflight": "1" } }, query);
    expect([answer.status, answer.body]).toEqual([200, { data: { __typename: "Query" } }]);
  });

  test("7 a GET mutation is rejected with any header", async () => {
    for (const headers of [{}, { "apollo-require-preflight": "1" }] as Record<string, string>[]) {
      const { status, body } = await probe({ headers }, mutation);
      expect([400, 405]).toContain(status);
      expect(body.data).toBeUndefined();
    }
  });

  test.each(["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])(
    "8 a POST that a form can send (%s) is refused",
    async (type) => {
      const body = type === "text/plain" ? '{"query":"{__typename}"}' : "query=%7B__typename%7D";
      const answer = await probe({ method: "POST", headers: { "content-type": type }, body });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.body.data).toBeUndefined();
    },
  );

  test("another origin is not permitted to read a response", async () => {
    const response = await fetch(new URL("/graphql", server.address), {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    });
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    await response.body?.cancel();
  });
});

describe("information about the server", () => {
  test("9 tracing and debugging: no extension reveals times, plans or stacks", async () => {
    const headers = { "apollo-tracing": "1", "apollo-federation-include-trace": "ftv1", "x-debug": "1" };
    const { body } = await post({ query: "{ __typename }", extensions: { tracing: true, debug: true } }, headers);
    expect(body).toEqual({ data: { __typename: "Query" } });
  });

  test("10 field suggestions are given: the schema is public, in this repository and by introspection", async () => {
    const { status, body } = await execute("{ studie { slug } }");
    expect(status).toBe(400);
    expect(body.errors[0].message).toMatch(/Did you mean "stud(y|ies)"/);
  });

  test("11 introspection is enabled: the schema is public, and the playground and typed clients need it", async () => {
    const { body } = await execute("{ __schema { queryType { name } } }");
    expect(body).toEqual({ data: { __schema: { queryType: { name: "Query" } } } });
  });

  test("12 the playground is only at /, and sends no request to other servers", async () => {
    const home = await fetch(new URL("/", server.address));
    const page = await home.text();
    expect([home.status, home.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/html")]);
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    for (const place of [
      "/graphql",
      "/graphiql",
      "/playground",
      "/console",
      "/altair",
      "/voyager",
      "/graphql/console",
    ]) {
      const { status, type } = await probe({ headers: { accept: "text/html" } }, place);
      expect([status >= 400, type.includes("text/html")], place).toEqual([true, false]);
    }
  });

  test.each<[string, () => Promise<Probed>]>([
    ["invalid JSON", () => post("{")],
    ["a body that is not an object", () => post("7")],
    ["no query", () => post({})],
    ["a query that is a number", () => post({ query: 7 })],
    ["variables that are a list", () => post({ query: "{ __typename }", variables: [1] })],
    [
      "a key called __proto__",
      () => post('{"query":"query($a: Int) { __typename }","variables":{"__proto__":{"a":1}}}'),
    ],
    ["half a surrogate", () => post('{"query":"{ study(slug: \\"\\ud800\\") { slug } }"}')],
    ["a null character", () => execute('{ study(slug: "a\\u0000b") { slug } }')],
    ["an invalid id", () => execute('{ experiment(id: "\'; drop table study; --") { name } }')],
    ["an unknown operation", () => post({ query: "query A { __typename }", operationName: "B" })],
    ["a persisted query", () => post({ extensions: { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } } })],
    [
      "bytes that are not UTF-8",
      () => probe({ method: "POST", headers: { "content-type": "application/json" }, body: Buffer.from([0x22, 0xff]) }),
    ],
    ["an unsupported charset", () => post("{}", { "content-type": "application/json; charset=utf-7" })],
    ["an invalid compressed body", () => post("{}", { "content-encoding": "gzip" })],
  ])("errors are in JSON and say what is wrong with the request: %s", async (_, send) => {
    const { type, body } = await send();
    expect(type).toContain("json");
    expect(body.errors === undefined || body.errors[0].extensions.code !== "INTERNAL").toBe(true);
  });

  test("no header reveals the software of the server", async () => {
    const response = await fetch(new URL("/graphql", server.address));
    await response.body?.cancel();
    for (const header of ["x-powered-by", "server"]) expect(response.headers.get(header), header).toBeNull();
  });
});
