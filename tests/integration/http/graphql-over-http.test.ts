import { serverAudits } from "graphql-http";
import { describe, expect, test } from "vitest";
import { apiServer } from "../../support/api-server.js";

// graphql-http's audits of the specification "GraphQL over HTTP", applied to this server.

/** Audits that fail, and the reason. Each is of level SHOULD or MAY. */
const NOT_PASSED: Readonly<Record<string, string>> = {
  "5A70": "GET without a header that browsers cannot send across origins is refused: CSRF prevention",
  D6D5: "the same: a GET that is sent like a form's",
  "6A70": "the same: a GET that is sent like a form's",
  "572B":
    "a document that does not parse is answered with 400, so that proxies and scripts see it without reading JSON",
  FDE2: "a document that does not validate is answered with 400, for the same reason",
  "7B9B": "variables that do not fit are answered with 400, for the same reason",
};

const server = apiServer(() => Promise.resolve());

describe("GraphQL over HTTP", () => {
  const audits = serverAudits({ url: () => new URL("/graphql", server.address).href });

  test("there are 61 audits, 13 of them of level MUST", () => {
    expect(audits).toHaveLength(61);
    expect(audits.filter(({ name }) => name.startsWith("MUST"))).toHaveLength(13);
    expect(audits.filter(({ name, id }) => id in NOT_PASSED && name.startsWith("MUST"))).toEqual([]);
    expect(Object.keys(NOT_PASSED).filter((id) => !audits.some((audit) => audit.id === id))).toEqual([]);
  });

  test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))("%s %s", async (id, _, audit) => {
    const { status } = await audit.fn();
    if (id in NOT_PASSED) expect(status, `passes now: take ${id} off the list`).not.toBe("ok");
    else expect(status).toBe("ok");
  });
});
