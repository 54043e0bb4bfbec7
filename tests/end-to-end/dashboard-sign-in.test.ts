import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missingChromium } from "../support/chromium.js";
import { freshDatabase } from "../support/database.js";
import { openDashboard, type DashboardOptions, type OpenDashboard } from "../support/open-dashboard.js";
import { rankscope, serveRankscope, type RunningRankscope } from "../support/rankscope.js";

const ARTIFACTS = path.join(import.meta.dirname, "../artifacts");
const STUDY = "/dashboard/studies/reference-study";
const PATIENT = { timeout: 60_000 };

const missing = missingChromium();
if (missing !== undefined) console.warn(missing);

describe.skipIf(missing !== undefined)("the dashboard of a server with tokens", { timeout: 180_000 }, () => {
  const fresh = freshDatabase();
  let environment: Record<string, string>;
  let server: RunningRankscope;
  let open: OpenDashboard | undefined;
  const tokens = { reader: "", writer: "", limited: "" };

  const create = async (...options: readonly string[]) => {
    const made = await rankscope(["token", "create", ...options], environment);
    expect(made.code, made.stderr).toBe(0);
    return /^rks_\S+$/m.exec(made.stdout)?.[0] ?? "";
  };

  beforeAll(async () => {
    await mkdir(ARTIFACTS, { recursive: true });
    const folder = await mkdtemp(path.join(tmpdir(), "rankscope-sign-in-"));
    environment = { DATABASE_URL: fresh.url, RANKSCOPE_DATA: folder };
    tokens.reader = await create("--role", "reader");
    tokens.writer = await create("--role", "writer");
    tokens.limited = await create("--role", "reader", "--study", "another-study");
    server = await serveRankscope(environment);
  }, 120_000);
  afterEach(() => open?.close());
  afterAll(async () => {
    server.child.kill("SIGTERM");
    await server.ended;
    await rm(environment["RANKSCOPE_DATA"] ?? "", { recursive: true });
  });

  const visit = async (to: string, options?: DashboardOptions) => {
    open = await openDashboard(server.address, to, options);
    await heading(open.page, "Sign in").waitFor();
    return open;
  };
  const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name, exact: true });
  const signIn = async (page: Page, token: string) => {
    await page.getByLabel("Token", { exact: true }).fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
  };
  const focused = (page: Page, what: string) => page.evaluate<string>(`document.activeElement.${what}`);
  /** What went wrong beside being asked for a token. */
  const others = (problems: readonly string[]) => problems.filter((problem) => !/\b401\b/.test(problem));

  test.each(["light", "dark"] as const)("asks for a token, %s, and axe finds nothing serious", async (colorScheme) => {
    const { page, problems, violations } = await visit("/dashboard", { colorScheme });
    await expect.poll(() => focused(page, "labels[0].innerText")).toBe("Token");
    expect(await page.getByLabel("Token", { exact: true }).getAttribute("type")).toBe("password");
    expect(await page.locator(".sign-in pre").innerText()).toContain("rankscope token create --role reader");
    expect(await page.getByRole("button", { name: "Sign out" }).count()).toBe(0);
    expect(await violations()).toEqual([]);
    await page.screenshot({ path: path.join(ARTIFACTS, `dashboard-sign-in-${colorScheme}.png`) });
    expect(others(problems)).toEqual([]);
  });

  test("says what is wrong with a token, and lets one in by the keyboard alone", async () => {
    const { page, violations } = await visit(`${STUDY}?threshold=3`);
    const alert = page.getByRole("alert");
    await page.keyboard.press("Enter");
    await alert.getByText("Enter a token.").waitFor();
    await page.keyboard.type("rks_no token");
    await page.keyboard.press("Enter");
    await alert.getByText("A token has letters").waitFor();
    await page.getByLabel("Token", { exact: true }).fill("");
    await page.keyboard.type(`${tokens.reader.slice(0, -1)}${tokens.reader.endsWith("A") ? "B" : "A"}`);
    await page.keyboard.press("Enter");
    await alert.getByText("The server does not take this token").waitFor();
    expect(await page.getByLabel("Token", { exact: true }).getAttribute("aria-invalid")).toBe("true");
    await expect.poll(() => focused(page, "labels[0]?.innerText")).toBe("Token");
    expect(await violations()).toEqual([]);
    expect((await page.context().cookies()).map(({ name }) => name)).toEqual([]);

    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(`Bearer ${tokens.reader} `);
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Minimum viable rank", exact: true }).locator("tbody tr").first().waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(`${STUDY}?threshold=3`);
    await expect.poll(() => focused(page, "tagName")).toBe("H1");
    expect(await page.getByText("Signed in as reader").count()).toBe(1);
    expect(await page.evaluate("document.cookie + JSON.stringify([localStorage, sessionStorage])")).not.toContain(
      "rks_",
    );
    expect(await violations()).toEqual([]);
  });

  test("the session serves pictures and downloads, until one signs out", async () => {
    const { page, problems } = await visit(STUDY);
    await signIn(page, tokens.reader);
    const plot = page.locator(".plot svg").first();
    await plot.waitFor(PATIENT);
    const svg =
      (await page
        .getByRole("link", { name: /^SVG: / })
        .first()
        .getAttribute("href")) ?? "";
    const csv = page.getByRole("link", { name: "CSV: Experiments", exact: true });
    const href = (await csv.getAttribute("href")) ?? "";
    for (const file of [svg, href]) expect((await fetch(new URL(file, server.address))).status).toBe(401);
    const pictured = await page.request.get(new URL(svg, server.address).href);
    expect(pictured.status()).toBe(200);
    expect(await pictured.text()).toContain("<svg");
    const [download] = await Promise.all([page.waitForEvent("download"), csv.click()]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const authorization = `Bearer ${tokens.reader}`;
    const expected = await fetch(new URL(href, server.address), { headers: { authorization } });
    expect(expected.status).toBe(200);
    expect(Buffer.concat(chunks).toString()).toBe(await expected.text());
    expect(others(problems)).toEqual([]);

    await page.getByRole("button", { name: "Sign out" }).click();
    await heading(page, "Sign in").waitFor();
    await expect.poll(() => focused(page, "labels[0]?.innerText")).toBe("Token");
    expect(await page.locator(".plot").count()).toBe(0);
    expect(await page.context().cookies()).toEqual([]);
    await page.reload();
    await heading(page, "Sign in").waitFor();

    // Whoever comes next is shown nothing that the one before has seen.
    await signIn(page, tokens.limited);
    await page.getByText("No study has the slug reference-study.").waitFor();
    expect(await page.getByText("Signed in as reader of 1 study").count()).toBe(1);
  });

  test("a panel says what the token does not allow", async () => {
    const { page } = await visit(STUDY);
    await signIn(page, tokens.reader);
    await page.getByRole("button", { name: "Compute all weights" }).click();
    await page.getByRole("alert").getByText("The token does not allow this").waitFor();
    expect(await page.getByRole("alert").count()).toBe(1);
    expect(await heading(page, "Sign in").count()).toBe(0);
  });

  test("the session serves the progress of jobs, by a WebSocket", async () => {
    const { page, problems } = await visit(STUDY);
    const frames: string[] = [];
    page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => frames.push(String(payload))));
    await signIn(page, tokens.writer);
    await page.getByRole("button", { name: "Compute all weights" }).click();
    await page.getByText("All of it is computed.").waitFor(PATIENT);
    expect(frames.some((frame) => frame.includes("PRECOMPUTE") && frame.includes("SUCCEEDED"))).toBe(true);
    expect(others(problems)).toEqual([]);
  });

  test("a page whose token was revoked goes on with another, where it was", async () => {
    const passing = await create("--role", "reader");
    const { page, problems } = await visit("/dashboard/experiments?q=4bit_r8");
    await signIn(page, passing);
    const first = page.locator("tbody tr").first();
    await first.waitFor();
    const revoked = await rankscope(["token", "revoke", passing.split("_")[1] ?? ""], environment);
    expect(revoked.code, revoked.stderr).toBe(0);
    await page.getByText("Your session has ended").waitFor(PATIENT);
    expect(await first.count()).toBe(0);
    await signIn(page, tokens.reader);
    await first.waitFor();
    expect(new URL(page.url()).search).toBe("?q=4bit_r8");
    expect(others(problems)).toEqual([]);
  });

  test("a page opened with a session that has expired asks for a token", async () => {
    const value = `${tokens.reader.split("_")[1] ?? ""}.1.AAAA`;
    const { page } = await visit("/dashboard", {
      prepare: (opened) => opened.context().addCookies([{ name: "rankscope_session", value, url: server.address }]),
    });
    await signIn(page, tokens.reader);
    await page.getByRole("region", { name: "List of studies", exact: true }).locator("tbody tr").first().waitFor();
  });
});
