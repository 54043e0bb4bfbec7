import { createClient } from "graphql-ws";
import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { openRequestQuotas, type RequestQuotas } from "#src/http/guards/request-quotas.js";
import { startServer, type RunningServer } from "#src/http/server.js";
import { SERVER_ACTOR } from "#src/model/audit.js";
import { limitToken } from "#src/store/access-tokens.js";
import { storedToken } from "../../support/access-tokens.js";
import { freshDatabase } from "../../support/database.js";
import { realServices, type RealServices } from "../../support/real-services.js";

const fresh = freshDatabase();

/** Longer than any test runs: the period does not end meanwhile before the year 2033. */
const LONG = 1e9;

describe("the quotas of two servers", () => {
  const principal = (id: string, requestsPerMinute: number) => ({
    client: id,
    role: "reader" as const,
    studies: undefined,
    importRoots: undefined,
    token: { id, name: "", expiresAt: null },
    requestsPerMinute,
  });

  /** Opens the quotas of a server that counts its statements. */
  function server(periodSeconds = LONG) {
    let statements = 0;
    const { sql } = fresh.database;
    const counting = new Proxy(sql, {
      apply(target, _self, [strings, ...values]: Parameters<Sql>) {
        statements++;
        return target(strings, ...values);
      },
    });
    return { ...openRequestQuotas({ sql: counting }, periodSeconds), statements: () => statements };
  }
  const take = async (quotas: RequestQuotas, ...of: Parameters<typeof principal>) => {
    const state = await quotas.take(principal(...of));
    if (state === undefined) throw new Error("the principal has no limit");
    return state;
  };
  const accepted = async (servers: readonly RequestQuotas[], count: number, ...of: Parameters<typeof principal>) => {
    const states = await Promise.all(
      Array.from({ length: count }, () => servers.map((one) => take(one, ...of))).flat(),
    );
    return states.filter(({ isRefused }) => !isRefused).length;
  };

  test.each([1, 7, 100])("answer %i requests together, however many arrive at once", async (limit) => {
    const { id } = await storedToken(fresh.database, { role: "READER" });
    const servers = [server(), server()];
    expect(await accepted(servers, 150, id, limit)).toBe(limit);
    // Portions of a twentieth, and one statement of each server that finds none left.
    const statements = servers.reduce((sum, one) => sum + one.statements(), 0);
    expect(statements).toBeLessThanOrEqual(Math.min(limit, 20) + servers.length);
    expect(await accepted(servers, 10, id, limit)).toBe(0);
    expect(servers.reduce((sum, one) => sum + one.statements(), 0)).toBe(statements);
  });

  test("count each token by itself, and apply another limit at once", async () => {
    const [one, other] = [
      await storedToken(fresh.database, { role: "READER" }),
      await storedToken(fresh.database, { role: "READER" }),
    ];
    const quotas = server();
    expect(await accepted([quotas], 10, one.id, 3)).toBe(3);
    expect(await accepted([quotas], 10, other.id, 4)).toBe(4);
    expect(await accepted([quotas], 10, one.id, 5)).toBe(2);
    expect(await accepted([quotas], 10, one.id, 2)).toBe(0);
  });

  test("say what is left, and begin again with the next period", async () => {
    const { id } = await storedToken(fresh.database, { role: "READER" });
    const quotas = server(2);
    await expect.poll(async () => (await take(quotas, id, 1)).isRefused, { interval: 50 }).toBe(true);
    const state = await take(quotas, id, 1);
    expect(state).toMatchObject({ limit: 1, remaining: 0 });
    expect(state.resetSeconds).toBeGreaterThanOrEqual(1);
    await expect.poll(async () => (await take(quotas, id, 1)).isRefused, { interval: 50 }).toBe(false);
  });

  test("are nothing for a token without a limit", async () => {
    const quotas = server();
    expect(await quotas.take({ ...principal("free", 1), requestsPerMinute: undefined })).toBeUndefined();
    expect(quotas.statements()).toBe(0);
  });
});

describe("two servers of one database", () => {
  let real: RealServices;
  let servers: RunningServer[];
  beforeAll(async () => {
    real = await realServices(fresh.database, { url: fresh.url, importRoots: [] });
    const options = { host: "127.0.0.1", port: 0 };
    servers = [await startServer(real.services, options), await startServer(real.services, options)];
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
    await real.close();
  });

  const send = (text: string, i: number, path = "/graphql?query={__typename}") =>
    fetch(new URL(path, servers[i % 2]?.address), {
      headers: { authorization: `Bearer ${text}`, "apollo-require-preflight": "1" },
    });
  const known = async (text: string) => {
    for (const i of [0, 1]) while ((await send(text, i)).status === 401);
  };

  test("refuse a token's requests beyond its limit, and say when to come again", async () => {
    const { id, text } = await storedToken(fresh.database, { role: "READER" });
    await known(text);
    expect((await send(text, 0)).headers.get("ratelimit")).toBeNull();
    await limitToken(fresh.database, id, 4, SERVER_ACTOR);
    let answered = 0;
    let refused: Response | undefined;
    // A minute may end in between, so that up to twice the limit is answered.
    for (let i = 0; refused === undefined && i < 1000; i++) {
      const response = await send(text, i);
      const left = response.headers.get("ratelimit");
      if (response.status === 429) refused = response;
      else if (left !== null) answered++;
    }
    expect(answered).toBeGreaterThan(0);
    expect(answered).toBeLessThanOrEqual(8);
    expect(refused?.headers.get("ratelimit-policy")).toBe('"minute";q=4;w=60');
    const [, remaining, seconds] = /^"minute";r=(\d+);t=(\d+)$/.exec(refused?.headers.get("ratelimit") ?? "") ?? [];
    expect(remaining).toBe("0");
    expect(Number(seconds)).toBeLessThanOrEqual(60);
    expect(refused?.headers.get("retry-after")).toBe(seconds);
    const body = (await refused?.json()) as { errors: { message: string; extensions: { code: string } }[] };
    expect(body.errors[0]?.extensions.code).toBe("QUOTA_EXCEEDED");
    expect(body.errors[0]?.message).toContain("4 requests per minute; the next ones in ");
    const [entry] = await fresh.database.sql`
      select details from audit_entry where action = 'TOKEN_CHANGED' and subject = ${id}`;
    expect(entry).toEqual({ details: { requestsPerMinute: { before: null, after: 4 } } });
  });

  test("count downloads and operations over WebSockets", async () => {
    const { text } = await storedToken(fresh.database, { role: "READER", requestsPerMinute: 1 });
    for (const i of [0, 1]) while ((await send(text, i)).status === 401);
    const untilRefused = async (attempt: () => Promise<string | number>) => {
      for (let i = 0; i < 1000; i++) {
        const code = await attempt();
        if (code === 429 || code === "QUOTA_EXCEEDED") return code;
      }
      return "never";
    };
    expect(await untilRefused(async () => (await send(text, 0, "/export/experiments.csv")).status)).toBe(429);
    const client = createClient({
      url: new URL("/graphql", servers[0]?.address).href.replace("http", "ws"),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${text}` },
      lazy: true,
      retryAttempts: 0,
    });
    const codeOf = async (query: string) => {
      for await (const { errors } of client.iterate({ query })) {
        return (errors?.[0]?.extensions?.["code"] as string | undefined) ?? "answered";
      }
      return "ended";
    };
    expect(await untilRefused(() => codeOf("{ __typename }"))).toBe("QUOTA_EXCEEDED");
    const follow = `subscription { jobProgress(id: "01a21d54-cc9a-7353-b63b-efca277dc4c7") { id } }`;
    expect(
      await untilRefused(() =>
        codeOf(follow).catch((errors: { extensions?: { code?: string } }[]) => String(errors[0]?.extensions?.code)),
      ),
    ).toBe("QUOTA_EXCEEDED");
    await client.dispose();
  });
});
