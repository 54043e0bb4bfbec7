import { mkdtemp, rm } from "node:fs/promises";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import express from "express";
import { playground } from "#src/http/pages.js";

let http: Server | undefined;
afterEach(() => http?.close());

async function serve(folder?: string): Promise<string> {
  http = createServer(express().use(playground(folder))).listen(0, "127.0.0.1");
  await once(http, "listening");
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

test("the page is not cached and may load from its own origin only", async () => {
  const response = await fetch(await serve());
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(response.headers.get("cache-control")).toBe("no-cache");
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/https?:|\*/);
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
});

test("files with a content hash in their URL are cached for a year, with the page's policy", async () => {
  const address = await serve();
  const script = /src="(\/assets\/[0-9a-f]{16}\/main\.js)"/.exec(await (await fetch(address)).text())?.[1];
  const response = await fetch(`${address}${script ?? "/no-script"}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  // The policy of a worker is the one of its own file.
  expect(response.headers.get("content-security-policy")).toContain("connect-src 'self'");
});

test("only built files are served", async () => {
  const address = await serve();
  for (const url of ["/assets/", "/assets/none.js", "/assets/%2e%2e/index.html", "/assets/..%2f..%2fmain.js"]) {
    expect((await fetch(`${address}${url}`)).status, url).toBe(404);
  }
});

test("a server without the built playground explains how to build it", async () => {
  const empty = await mkdtemp(path.join(tmpdir(), "rankscope-web-"));
  const response = await fetch(await serve(empty));
  expect(response.status).toBe(503);
  expect(await response.text()).toContain("npm run build");
  await rm(empty, { recursive: true });
});

test("the page and its styles contain no other host", async () => {
  const address = await serve();
  const page = await (await fetch(address)).text();
  const references = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url ?? "");
  expect(references.filter((url) => !url.startsWith("/assets/") && !url.startsWith("data:"))).toEqual([]);
  const styles = await (
    await fetch(`${address}${references.find((url) => url.endsWith(".css")) ?? "/no-styles"}`)
  ).text();
  expect(styles).toContain("graphiql-container");
  expect([...styles.matchAll(/url\(["']?(?!data:|#)[^)]*/g)].map(([found]) => found)).toEqual([]);
  expect(styles).not.toContain("@import");
});
