/** How one request ended. `later`: a field is null because its job goes on, as the API documents. */
export type Outcome =
  | { readonly kind: "answered"; readonly text: string }
  | { readonly kind: "later" | "refused" | "unclear" | "cut"; readonly why: string };

/** A request is given up after this long: a client's patience, not a limit of the server. */
const PATIENCE_MILLISECONDS = 15_000;

/** Sends one query; `text` is what is compared with the fault-free answer. */
export async function ask(address: string, query: string, variables: object = {}): Promise<Outcome> {
  try {
    const response = await fetch(new URL("/graphql", address), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    return outcomeOf(await response.text(), response.status);
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    return { kind: "cut", why: cause?.code ?? (error as Error).name };
  }
}

function outcomeOf(text: string, status: number): Outcome {
  let answer: { data?: unknown; errors?: { message: string; extensions?: { code?: string } }[] };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    return { kind: "unclear", why: `status ${status}, no JSON` };
  }
  const [error] = answer.errors ?? [];
  if (error !== undefined) {
    const code = error.extensions?.code ?? "no code";
    // What the catalogue has no words for is named nowhere but in the log.
    return { kind: code === "INTERNAL" || code.startsWith("INTERNAL_") ? "unclear" : "refused", why: code };
  }
  if (/"undefinedReason":"PENDING"/.test(text)) return { kind: "later", why: "PENDING" };
  if (/"undefinedReason":"(COMPUTE_FAILED|UNREADABLE)"/.test(text)) return { kind: "refused", why: "COMPUTE_FAILED" };
  return { kind: "answered", text: JSON.stringify(answer.data) };
}
