import express, { type RequestHandler, type Response, type Router } from "express";
import type { Principal } from "../../graphql/access/principal.js";
import { knownFailure } from "../../graphql/errors/known-failure.js";
import type { AccessToken } from "../../store/access-tokens.js";
import { allowMethods } from "../guards/allow-methods.js";
import { sendError } from "../send-error.js";
import type { Access } from "./access.js";
import { SESSION_COOKIE, SESSION_SECONDS, writeSession } from "./session.js";

/**
 * Signs pages in and out. POST with a token in the Authorization header sets the session cookie; DELETE removes it; GET
 * returns the principal: `{ role, studies, expiresAt, needsToken }`, with null for unlimited studies and times.
 */
export function sessionRoutes(access: Access): Router {
  const router = express.Router();
  router.use(allowMethods("GET", "HEAD", "POST", "DELETE"));
  router.use((_request, response, next) => {
    response.set("Cache-Control", "no-store");
    next();
  });
  router.get("/", describePrincipal(access));
  router.post("/", signIn(access));
  router.delete("/", signOut);
  return router;
}

function describePrincipal(access: Access): RequestHandler {
  return ({ headers: { authorization, cookie }, socket }, response) => {
    sendPrincipal(response, () => access.authenticate({ authorization, cookie, address: socket.remoteAddress }));
  };
}

function signIn(access: Access): RequestHandler {
  return ({ headers: { authorization, origin }, socket }, response) => {
    sendPrincipal(response, () => {
      const token = access.tokenOf(authorization);
      const expires = sessionEnd(token);
      // Browsers reject a Secure cookie over plain HTTP. Behind a proxy only the page's origin has the scheme.
      setCookie(response, writeSession(token, expires), expires, origin?.startsWith("https://") === true);
      return access.authenticate({ authorization, address: socket.remoteAddress });
    });
  };
}

const signOut: RequestHandler = (_request, response) => {
  setCookie(response, "", new Date(0), false);
  response.status(204).end();
};

/** Returns the end of a session that begins now: never later than that of its token. */
function sessionEnd({ expiresAt }: AccessToken): Date {
  const end = new Date(Date.now() + SESSION_SECONDS * 1000);
  return expiresAt !== null && expiresAt < end ? expiresAt : end;
}

/** Sends the principal that `authenticate` returns, or its error. */
function sendPrincipal(response: Response, authenticate: () => Principal): void {
  try {
    const { role, studies, token } = authenticate();
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

function setCookie(response: Response, value: string, expires: Date, secure: boolean): void {
  response.cookie(SESSION_COOKIE, value, { httpOnly: true, sameSite: "strict", path: "/", expires, secure });
}
