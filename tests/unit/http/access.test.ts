import { describe, expect, test } from "vitest";
import { isLoopback } from "#src/http/access/require-token.js";
import { readSession, sessionCookie, writeSession } from "#src/http/access/session.js";
import { equalBytes, newTokenText, readTokenText } from "#src/http/access/token-text.js";
import { originError } from "#src/http/guards/check-origin.js";
import { hostRules } from "#src/http/guards/host-rules.js";

describe("a token's text", () => {
  test("is parsed as it was created, and any other text is rejected", () => {
    const { id, text, secretHash } = newTokenText();
    expect(text).toMatch(/^rks_[0-9a-f]{12}_[\w-]{43}$/);
    const read = readTokenText(text);
    expect(read?.id).toBe(id);
    expect(equalBytes(read?.secretHash ?? Buffer.alloc(0), secretHash)).toBe(true);
    for (const wrong of ["", "rks_", text.slice(1), `${text}x`, text.slice(0, -1), ` ${text}`, `${text}\n`]) {
      expect(readTokenText(wrong), wrong).toBeUndefined();
    }
    const other = readTokenText(newTokenText().text);
    expect(equalBytes(other?.secretHash ?? Buffer.alloc(0), secretHash)).toBe(false);
  });
});

describe("a session", () => {
  const token = newTokenText();
  const find = (id: string) => (id === token.id ? token : undefined);
  const now = new Date("2026-11-25T00:00:00Z");
  const later = new Date("2026-11-25T01:00:00Z");
  const session = writeSession(token, later);

  test("belongs to its token until it expires", () => {
    expect(readSession(session, find, now)).toBe(token);
    expect(readSession(session, find, later)).toBeUndefined();
    expect(readSession(session, () => undefined, now)).toBeUndefined();
    expect(readSession(session, () => ({ ...newTokenText(), id: token.id }), now)).toBeUndefined();
  });

  test("cannot be extended or transferred to another token", () => {
    const [id, until, signature] = session.split(".");
    for (const forged of [
      `${id}.${Number(until) + 1}.${signature}`,
      `${id}.${until}.`,
      `${id}.${until}`,
      `${id}.1e12.${signature}`,
      "",
    ]) {
      expect(readSession(forged, find, now), forged).toBeUndefined();
    }
  });

  test("is read among other cookies", () => {
    expect(sessionCookie(`a=b; rankscope_session=${session}; c=d`)).toBe(session);
    expect(sessionCookie("xrankscope_session=a")).toBeUndefined();
    expect(sessionCookie(undefined)).toBeUndefined();
  });
});

test.each([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["localhost", true],
  ["0.0.0.0", false],
  ["::", false],
  ["192.168.0.1", false],
  ["rank.example", false],
  ["127.0.0.1.example", false],
])("a server on %s is reachable only from its own machine: %s", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

describe("host rules", () => {
  const rules = hostRules({
    host: "0.0.0.0",
    allowedHosts: ["rank.example", "proxy.example:8443"],
    corsOrigins: ["https://notebook.example"],
  });

  test.each([
    ["localhost:4000", true],
    ["LOCALHOST", true],
    ["a.localhost:4000", true],
    ["127.0.0.1:4000", true],
    ["10.1.2.3", true],
    ["[::1]:4000", true],
    ["rank.example", true],
    ["rank.example:4000", true],
    ["proxy.example:8443", true],
    ["proxy.example", false],
    ["evil.example", false],
    ["rank.example.evil.example", false],
    ["localhost.evil.example", false],
    ["evil.example#localhost", false],
    ["localhost@evil.example", false],
    ["", false],
    [undefined, false],
  ])("allow the host %s: %s", (host, expected) => {
    expect(rules.allowsHost(host)).toBe(expected);
  });

  test.each([
    [{ host: "localhost:4000" }, undefined],
    [{ host: "localhost:4000", origin: "http://localhost:4000" }, undefined],
    [{ host: "localhost:4000", origin: "http://localhost:3000" }, "ORIGIN_NOT_ALLOWED"],
    [{ host: "localhost:4000", origin: "null" }, "ORIGIN_NOT_ALLOWED"],
    [{ host: "localhost:4000", origin: "https://evil.example" }, "ORIGIN_NOT_ALLOWED"],
    [{ host: "127.0.0.1:4000", origin: "https://rank.example" }, undefined],
    [{ host: "localhost:4000", origin: "https://notebook.example" }, undefined],
    [{ host: "localhost:4000", origin: "https://notebook.example.evil.example" }, "ORIGIN_NOT_ALLOWED"],
    [{ host: "evil.example", origin: "http://evil.example" }, "HOST_NOT_ALLOWED"],
    [{ host: "localhost", "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }, "ORIGIN_NOT_ALLOWED"],
    [{ host: "localhost", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, undefined],
    [{ host: "localhost", "sec-fetch-site": "same-origin", "sec-fetch-mode": "no-cors" }, undefined],
  ])("answer a request with %j with the error %s", (headers, code) => {
    expect(originError(rules, headers)?.code).toBe(code);
  });
});
