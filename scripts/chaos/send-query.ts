/**
 * Outcome of one request. `pending`: a field is null because its job has not ended. `refused`: an error of the catalogue.
 * `internal`: an internal error or a response that is not JSON. `unanswered`: no response.
 */
export type Outcome =
  | { readonly kind: "answered"; readonly text: string }
  | { readonly kind: "pending" | "refused" | "internal" | "unanswered"; readonly reason: string };

/** Timeout of a request on the client. It is not a limit of the server. */
const TIMEOUT_MILLISECONDS = 15_000;

/** Sends one query. The outcome's `text` is the JSON of the response's `data`. */
export async function sendQuery(address: string, query: string, variables: object = {}): Promise<Outcome> {
  try {
    const response = await fetch(new URL("/graphql", address), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    return outcomeOf(await response.text(), response.status);
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    return { kind: "unanswered", reason: cause?.code ?? (error as Error).name };
  }
}

function outcomeOf(text: string, status: number): Outcome {
  let response: { data?: unknown; errors?: { message: string; extensions?: { code?: string } }[] };
  try {
    response = JSON.parse(text) as typeof response;
  } catch {
    return { kind: "internal", reason: `status ${status}, no JSON` };
  }
  const [error] = response.errors ?? [];
  if (error !== undefined) {
    const code = error.extensions?.code ?? "no code";
    const isInternal = code === "INTERNAL" || code.startsWith("INTERNAL_");
    return { kind: isInternal ? "internal" : "refused", reason: code };
  }
  if (/"undefinedReason":"PENDING"/.test(text)) return { kind: "pending", reason: "PENDING" };
  if (/"undefinedReason":"(COMPUTE_FAILED|UNREADABLE)"/.test(text))
    return { kind: "refused", reason: "COMPUTE_FAILED" };
  return { kind: "answered", text: JSON.stringify(response.data) };
}
