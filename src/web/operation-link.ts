/** An operation as links carry it. */
export interface LinkedOperation {
  readonly query: string;
  /** JSON of an object, or null. */
  readonly variables: string | null;
}

/** What the fragment of a URL says: an operation, what is wrong with it, or nothing about operations. */
export type LinkContent = { readonly operation: LinkedOperation } | { readonly problem: string } | undefined;

/** Characters of query and variables together: the server takes no larger request. */
const MOST_CHARACTERS = 250_000;

/**
 * The path and fragment that open `query` in the playground: `/#query=...&variables=...`. A fragment is not sent to servers,
 * so that long queries fit and no log keeps them. Headers are never part of it.
 */
export function operationLink(query: string, variables?: Readonly<Record<string, unknown>>): string {
  const parts = [["query", query], ...(variables === undefined ? [] : [["variables", JSON.stringify(variables)]])];
  return `/#${parts.map(([name, value]) => `${name}=${encodeURIComponent(value ?? "")}`).join("&")}`;
}

/** Reads what operationLink writes. Nothing is thrown: links come from anywhere. */
export function readOperationLink(fragment: string): LinkContent {
  const text = fragment.replace(/^#/, "");
  if (!/^(query|variables)=/.test(text)) return undefined;
  if (text.length > 3 * MOST_CHARACTERS) return { problem: TOO_LONG };
  const parts = decoded(text);
  if (parts === undefined) return { problem: "its % signs are not those of a URL; copy the whole link again" };
  const query = parts.get("query")?.trim();
  const variables = parts.get("variables")?.trim();
  if (!query) return { problem: "it has no query: a link is /#query=...&variables=..." };
  if (query.length + (variables?.length ?? 0) > MOST_CHARACTERS) return { problem: TOO_LONG };
  if (!variables) return { operation: { query, variables: null } };
  const object = objectOf(variables);
  if (object === undefined) return { problem: "its variables are not a JSON object" };
  return { operation: { query, variables: JSON.stringify(object, null, 2) } };
}

const TOO_LONG = `it holds more than ${MOST_CHARACTERS.toLocaleString("en")} characters, which no server here takes`;

/** Undefined where an escape is broken. A plus sign is itself: encodeURIComponent writes spaces as %20. */
function decoded(text: string): Map<string, string> | undefined {
  try {
    return new Map(
      text.split("&").map((part) => {
        const [name = "", ...rest] = part.split("=");
        return [name, decodeURIComponent(rest.join("="))];
      }),
    );
  } catch {
    return undefined;
  }
}

function objectOf(json: string): object | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
