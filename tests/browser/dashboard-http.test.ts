import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import express from "express";
import { afterEach, expect, test } from "vitest";
import { dashboard } from "#src/http/pages.js";

let http: Server | undefined;
afterEach(() => http?.close());

async function serve(folder?: string): Promise<string> {
  http = createServer(express().use(dashboard(folder))).listen(0, "127.0.0.1");
  await once(http, "listening");
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

test.each(["/dashboard", "/dashboard/", "/dashboard/studies/my-study", "/dashboard/compare?run=a&run=b"])(
  "%s returns the page, which is not cached and may load from its own origin only",
  async (url) => {
    const response = await fetch(`${await serve()}${url}`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<div id="dashboard">');
    expect(response.headers.get("cache-control")).toBe("no-cache");
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  },
);

test("the files are cached for a year and contain no other host", async () => {
  const address = await serve();
  const page = await (await fetch(`${address}/dashboard`)).text();
  const files = [...page.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, url]) => url ?? "");
  expect(files.map((url) => path.extname(url)).sort()).toEqual([".css", ".js"]);
  for (const url of files) {
    const response = await fetch(`${address}${url}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    const text = await response.text();
    if (url.endsWith(".css")) expect(text).not.toMatch(/@import|url\(/);
    // Messages of React, Vega and TanStack contain documentation URLs, but nothing is loaded from them.
    else expect(text).not.toMatch(/(?:import|fetch|src=)\(?["'`]https?:/);
  }
});

test("a missing file returns status 404", async () => {
  const address = await serve();
  for (const url of ["/dashboard/assets/", "/dashboard/assets/none.js", "/dashboard/assets/..%2findex.html"]) {
    expect((await fetch(`${address}${url}`)).status, url).toBe(404);
  }
  expect((await fetch(`${address}/dashboards`)).status).toBe(404);
});

test("a server without the built dashboard explains how to build it", async () => {
  const empty = await mkdtemp(path.join(tmpdir(), "rankscope-web-"));
  const response = await fetch(`${await serve(empty)}/dashboard`);
  expect(response.status).toBe(503);
  expect(await response.text()).toContain("npm run build");
  await rm(empty, { recursive: true });
});
