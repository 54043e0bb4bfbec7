import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium } from "../support/chromium.js";
import { openDashboard } from "../support/open-dashboard.js";
import { rankscope, serveRankscope, type RunningRankscope } from "../support/rankscope.js";

const missing = missingChromium();
if (missing !== undefined) console.warn(missing);

describe.skipIf(missing !== undefined)("the dashboard of a server that needs a token", () => {
  let root: string;
  let server: RunningRankscope;
  let token: string;
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), "rankscope-sign-in-"));
    const environment = { RANKSCOPE_DATA: path.join(root, "data") };
    const { stdout } = await rankscope(["token", "create", "--role", "reader"], environment);
    token = stdout.split("\n")[0] ?? "";
    server = await serveRankscope(environment);
  });
  afterAll(async () => {
    server.child.kill("SIGTERM");
    await server.ended;
    await rm(root, { recursive: true, force: true });
  });

  test.each(["light", "dark"] as const)("asks for it, in the %s", async (colorScheme) => {
    const { page, violations, close } = await openDashboard(server.address, "/dashboard", { colorScheme });
    // The page has a heading of its own until the server has said that it needs a token.
    await page.getByRole("heading", { level: 1, name: "Sign in to Rankscope" }).waitFor();
    await expect
      .poll(() => page.getByLabel("Token").evaluate((field) => field === field.ownerDocument.activeElement))
      .toBe(true);
    expect(await violations()).toEqual([]);
    await page.screenshot({ path: `tests/artifacts/dashboard-sign-in-${colorScheme}.png` });
    await page.keyboard.type(`${token.slice(0, -4)}AAAA`);
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("This token is not valid").waitFor();
    expect(await violations()).toEqual([]);
    await close();
  });

  test("shows all once it is given, pictures, files and jobs too, until one signs out", async () => {
    const to = "/dashboard/studies/reference-study";
    const { page, close } = await openDashboard(server.address, to);
    await page.getByLabel("Token").fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "reference-study" }).waitFor();
    const fetched = (target: string) =>
      page.evaluate(async (url) => (await fetch(url)).status, new URL(target, server.address).href);
    expect(await fetched("/export/studies/reference-study/experiments.csv")).toBe(200);
    expect(await fetched("/plots/studies/reference-study/memory-comparison.svg")).toBe(200);
    // The token itself is nowhere that the page, or one after it, could read.
    const kept = await page.evaluate<string>(
      "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])",
    );
    expect(kept).not.toContain("rks_");
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "reference-study" }).waitFor();
    await page.getByRole("button", { name: "Sign out (reader)" }).click();
    await page.getByRole("heading", { level: 1, name: "Sign in to Rankscope" }).waitFor();
    expect(await fetched("/export/studies/reference-study/experiments.csv")).toBe(401);
    await close();
  });

  test.each([
    ["gives no answer", (route: Route) => route.abort(), "The server does not answer."],
    ["fails", (route: Route) => route.fulfill({ status: 502 }), "The server answered with status 502."],
    [
      "refuses",
      (route: Route) => route.fulfill({ status: 503, json: { errors: [{ message: "The server is stopping." }] } }),
      "The server is stopping.",
    ],
  ])("says that one is still signed in where the server %s, and lets one try again", async (_how, fail, said) => {
    const { page, violations, close } = await openDashboard(server.address, "/dashboard");
    await page.getByLabel("Token").fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
    const leave = page.getByRole("button", { name: "Sign out (reader)" });
    await leave.waitFor();
    const isSignOut = (route: Route) => route.request().method() === "DELETE";
    await page.route("**/session", (route) => (isSignOut(route) ? fail(route) : route.continue()));
    await leave.click();
    await page.getByRole("alert").getByText(`You are still signed in. ${said}`).waitFor();
    expect(await violations()).toEqual([]);
    await page.getByRole("link", { name: "reference-study", exact: true }).waitFor();
    await page.reload();
    await leave.waitFor();
    expect(await page.getByRole("alert").getByText("You are still signed in").count()).toBe(0);
    await leave.click();
    await page.getByRole("alert").getByText("You are still signed in").waitFor();
    await page.unroute("**/session");
    await leave.click();
    await page.getByRole("heading", { level: 1, name: "Sign in to Rankscope" }).waitFor();
    await close();
  });
});
