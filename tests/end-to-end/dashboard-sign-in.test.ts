import type { Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium } from "../support/chromium.js";
import { openDashboard } from "../support/open-dashboard.js";
import { rankscope, serveRankscope, type RunningRankscope } from "../support/rankscope.js";
import { studyDatabase } from "../support/study-database.js";

const missing = missingChromium();
if (missing !== undefined) console.warn(missing);

describe.skipIf(missing !== undefined)("the dashboard of a server that requires a token", () => {
  const stored = studyDatabase("reference-study");
  let server: RunningRankscope;
  let token: string;
  beforeAll(async () => {
    const environment = { ...stored.environment, RANKSCOPE_WORKERS: "0" };
    const { stdout } = await rankscope(["token", "create", "--role", "reader"], environment);
    token = stdout.split("\n")[0] ?? "";
    server = await serveRankscope(environment);
  });
  afterAll(async () => {
    server.child.kill("SIGTERM");
    await server.ended;
  });

  test.each(["light", "dark"] as const)("shows the sign-in form in the %s theme", async (colorScheme) => {
    const { page, violations, close } = await openDashboard(server.address, "/dashboard", { colorScheme });
    // The page shows its own heading until the server rejects a request.
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

  test("shows pages, plots and files after signing in, until signing out", async () => {
    const to = "/dashboard/studies/reference-study";
    const { page, close } = await openDashboard(server.address, to);
    await page.getByLabel("Token").fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "reference-study" }).waitFor();
    const fetched = (target: string) =>
      page.evaluate(async (url) => (await fetch(url)).status, new URL(target, server.address).href);
    expect(await fetched("/export/studies/reference-study/experiments.csv")).toBe(200);
    expect(await fetched("/plots/studies/reference-study/memory-comparison.svg")).toBe(200);
    // No script can read the token: it is in no storage and in no readable cookie.
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
    ["cannot be reached", (route: Route) => route.abort(), "The server cannot be reached."],
    ["fails", (route: Route) => route.fulfill({ status: 502 }), "The server returned status 502."],
    [
      "rejects the request",
      (route: Route) => route.fulfill({ status: 503, json: { errors: [{ message: "The server is stopping." }] } }),
      "The server is stopping.",
    ],
  ])("stays signed in and can retry if the server %s", async (_how, fail, said) => {
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
