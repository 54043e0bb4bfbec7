import express, { type Response, type Router } from "express";
import { onlyMethods } from "../guards/only-methods.js";
import { knownFailure } from "../../graphql/errors/known-failure.js";
import { refuse } from "../refuse.js";
import type { Access } from "./access.js";
import type { Principal } from "../../graphql/access/principal.js";
import { SESSION_COOKIE, SESSION_SECONDS, writeSession } from "./session.js";

/**
 * What pages sign in by. POST with a token in the Authorization header sets the session's cookie; DELETE takes it away; GET
 * says who is signed in: `{ role, studies, expiresAt }`, studies and expiresAt null where nothing limits them.
 */
export function sessionRoutes(access: Access): Router {
  const router = express.Router();
  router.use(onlyMethods("GET", "HEAD", "POST", "DELETE"));
  router.use((_request, response, next) => {
    response.set("Cache-Control", "no-store");
    next();
  });
  router.get("/", ({ headers: { authorization, cookie }, socket }, response) => {
    answering(response, () => said(access.callerOf({ authorization, cookie, address: socket.remoteAddress })));
  });
  router.post("/", ({ headers: { authorization, origin }, socket }, response) => {
    answering(response, () => {
      const token = access.tokenOf(authorization);
      const until = new Date(Date.now() + SESSION_SECONDS * 1000);
      const ends = token.expiresAt !== null && token.expiresAt < until ? token.expiresAt : until;
      // Over plain HTTP a Secure cookie would not be kept; the page's own address tells, the proxy's does not.
      setCookie(response, writeSession(token, ends), ends, origin?.startsWith("https://") === true);
      return said(access.callerOf({ authorization, address: socket.remoteAddress }));
    });
  });
  router.delete("/", (_request, response) => {
    setCookie(response, "", new Date(0), false);
    response.status(204).end();
  });
  return router;
}

function answering(response: Response, work: () => object): void {
  try {
    response.json(work());
  } catch (error) {
    const known = knownFailure(error);
    if (known === undefined) throw error;
    refuse(response, known);
  }
}

const said = ({ role, studies, token }: Principal) => ({
  role,
  studies: studies ?? null,
  expiresAt: token?.expiresAt ?? null,
  needsToken: token !== undefined,
});

function setCookie(response: Response, value: string, expires: Date, secure: boolean): void {
  response.cookie(SESSION_COOKIE, value, { httpOnly: true, sameSite: "strict", path: "/", expires, secure });
}
