import express, { type RequestHandler, type Response, type Router } from "express";
import type { Principal } from "../../graphql/access/principal.js";
import { actorOf } from "../../graphql/access/actor.js";
import { knownFailure } from "../../graphql/errors/known-failure.js";
import type { AccessToken } from "../../store/access-tokens.js";
import { recordAudit } from "../../store/audit/record-audit.js";
import type { Connection } from "../../store/connection.js";
import { allowMethods } from "../guards/allow-methods.js";
import type { HostRules } from "../guards/host-rules.js";
import { sendError } from "../send-error.js";
import type { Access } from "./access.js";
import { SESSION_SECONDS, sessionCookieName, writeSession } from "./session.js";

/**
 * Signs pages in and out. POST with a token in the Authorization header sets the session cookie. DELETE removes it and ends its
 * session on all servers. GET returns the principal: `{ role, studies, expiresAt, needsToken }`, with null for unlimited
 * studies and times.
 */
export function sessionRoutes(access: Access, hosts: HostRules, database: Connection): Router {
  const router = express.Router();
  router.use(allowMethods("GET", "HEAD", "POST", "DELETE"));
  router.use((_request, response, next) => {
    response.set("Cache-Control", "no-store");
    next();
  });
  router.get("/", describePrincipal(access));
  router.post("/", signIn(access, hosts, database));
  router.delete("/", signOut(access, hosts));
  return router;
}

function describePrincipal(access: Access): RequestHandler {
  return (request, response) => sendPrincipal(response, () => access.authenticate(request));
}

function signIn(access: Access, hosts: HostRules, { sql }: Connection): RequestHandler {
  return (request, response) => {
    const { authorization, origin } = request.headers;
    return sendPrincipal(response, async () => {
      const token = access.tokenOf(authorization, hosts.addressOf(request));
      const principal = access.authenticate(request);
      // No session begins without its entry in the audit log.
      await recordAudit(sql, actorOf(principal), { action: "SIGNED_IN" });
      const expires = sessionEnd(token);
      const isSecure = hosts.schemeOf(request) === "https";
      setCookie(response, sessionCookieName(isSecure), {
        value: writeSession(token, expires),
        expires,
        // Browsers reject a Secure cookie over plain HTTP. Behind an unknown proxy only the page's origin has the scheme.
        secure: isSecure || origin?.startsWith("https://") === true,
      });
      return principal;
    });
  };
}

function signOut(access: Access, hosts: HostRules): RequestHandler {
  return async (request, response) => {
    await access.signOut(request);
    const isSecure = hosts.schemeOf(request) === "https";
    setCookie(response, sessionCookieName(isSecure), { value: "", expires: new Date(0), secure: isSecure });
    response.status(204).end();
  };
}

/** Returns the end of a session that begins now: never later than that of its token. */
function sessionEnd({ expiresAt }: AccessToken): Date {
  const end = new Date(Date.now() + SESSION_SECONDS * 1000);
  return expiresAt !== null && expiresAt < end ? expiresAt : end;
}

/** Sends the principal that `authenticate` returns, or its error. */
async function sendPrincipal(response: Response, authenticate: () => Principal | Promise<Principal>): Promise<void> {
  try {
    const { role, studies, token } = await authenticate();
    response.json({
      role,
      studies: studies ?? null,
      expiresAt: token?.expiresAt ?? null,
      needsToken: token !== undefined,
    });
  } catch (error) {
    const known = knownFailure(error);
    if (known === undefined) throw error;
    sendError(response, known);
  }
}

interface CookieContent {
  readonly value: string;
  readonly expires: Date;
  readonly secure: boolean;
}

function setCookie(response: Response, name: string, { value, expires, secure }: CookieContent): void {
  response.cookie(name, value, { httpOnly: true, sameSite: "strict", path: "/", expires, secure });
}
