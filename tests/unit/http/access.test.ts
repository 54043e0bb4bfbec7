import type { IncomingMessage } from "node:http";
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
      session.replace(/\.[^.]+\.([^.]+)$/, ".anotherSessionsRandomI.$1"),
    ]) {
      expect(readSession(forged, find, now), forged).toBeUndefined();
    }
  });

  test("has exactly one valid text", () => {
    const [id, until, random, signature = ""] = session.split(".");
    // 43 characters of base64url encode 258 bits: other last characters decode to the same 32 bytes.
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const bytes = Buffer.from(signature, "base64url");
    const others = Array.from(alphabet)
      .map((last) => signature.slice(0, -1) + last)
      .filter((text) => text !== signature && Buffer.from(text, "base64url").equals(bytes));
    expect(others).toHaveLength(3);
    for (const text of [
      ...others.map((other) => `${id}.${until}.${random}.${other}`),
      `${session}=`,
      `${session}.`,
      `${session} `,
      `${id}.0${until}.${random}.${signature}`,
      `${id}.${until}.${random}.${bytes.toString("base64").replaceAll(/[-_]/g, "+")}`,
    ]) {
      expect(readSession(text, find, now), text).toBeUndefined();
    }
  });

  test("differs from another session of the same token and time", () => {
    expect(writeSession(token, later)).not.toBe(session);
  });

  test("is read among other cookies", () => {
    expect(sessionCookie(`a=b; rankscope_session=${session}; c=d`)).toBe(session);
    expect(sessionCookie(`rankscope_session=a; __Host-rankscope_session=${session}`, { isSecure: true })).toBe(session);
    expect(sessionCookie(`rankscope_session=${session}`, { isSecure: true })).toBeUndefined();
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
    [{ host: "localhost:4000", origin: "https://localhost:4000" }, "ORIGIN_NOT_ALLOWED"],
    [{ host: "localhost:4000", origin: "http://localhost" }, "ORIGIN_NOT_ALLOWED"],
    [{ host: "rank.example:4000", origin: "http://rank.example:4000" }, undefined],
    [{ host: "rank.example:4000", origin: "http://rank.example:3000" }, "ORIGIN_NOT_ALLOWED"],
    [{ host: "127.0.0.1:4000", origin: "https://rank.example:8443" }, "ORIGIN_NOT_ALLOWED"],
    [{ host: "127.0.0.1:4000", origin: "https://proxy.example:8443" }, undefined],
    [{ host: "127.0.0.1:4000", origin: "https://proxy.example" }, "ORIGIN_NOT_ALLOWED"],
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

  test.each([
    [{ host: "rank.example", origin: "https://rank.example" }, "https", undefined],
    [{ host: "rank.example", origin: "http://rank.example" }, "https", "ORIGIN_NOT_ALLOWED"],
    [{ host: "10.1.2.3", origin: "https://10.1.2.3" }, "https", undefined],
    [{ host: "10.1.2.3", origin: "http://10.1.2.3" }, "https", "ORIGIN_NOT_ALLOWED"],
    [{ host: "127.0.0.1:4000", origin: "https://rank.example" }, "http", "ORIGIN_NOT_ALLOWED"],
  ] as const)("answer a request with %j over %s with the error %s", (headers, scheme, code) => {
    expect(originError(rules, headers, { scheme })?.code).toBe(code);
  });

  test.each([
    ["10.0.0.2", "https", "https"],
    ["10.9.9.9", "https", undefined],
    ["::ffff:10.0.0.2", "https", "https"],
    ["192.168.7.1", "HTTP", "http"],
    ["fd00::7", "https", "https"],
    ["10.0.0.2", undefined, undefined],
    ["10.0.0.2", "ftp", undefined],
    // The client sent "https", and the proxy appended what it saw.
    ["10.0.0.2", "https, http", "http"],
    [undefined, "https", undefined],
  ])("read the scheme of a request from %s with X-Forwarded-Proto %s as %s", (remoteAddress, forwarded, expected) => {
    const behindProxies = hostRules({
      host: "0.0.0.0",
      trustedProxies: ["10.0.0.2", "192.168.0.0/16", "fd00::/8"],
    });
    const headers = { ...(forwarded !== undefined && { "x-forwarded-proto": forwarded }) };
    const request = { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
    expect(behindProxies.schemeOf(request)).toBe(expected);
  });
});
