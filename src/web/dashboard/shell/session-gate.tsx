import { QueryClientProvider, MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { useState, type ReactNode, useEffect, useRef, type FormEvent } from "react";
import { signIn, SignInRequiredError } from "../api/session.js";

/** Renders the pages, or the sign-in form after the server rejected a request because of its token. */
export function SessionGate({ children }: { readonly children: ReactNode }) {
  const [isSignedOut, setSignedOut] = useState(false);
  const [client] = useState(() => createQueryClient(() => setSignedOut(true)));
  if (isSignedOut) {
    return (
      <SignIn
        onSignedIn={() => {
          // The new token may not be allowed to read the cached results.
          client.clear();
          setSignedOut(false);
        }}
      />
    );
  }
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}

/** The sign-in form, which replaces all pages. */
function SignIn({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), [problem]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    signIn(field.current?.value.trim() ?? "")
      .then(onSignedIn, (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  return (
    <main className="sign-in">
      <h1>Sign in to Rankscope</h1>
      <form onSubmit={submit}>
        <label htmlFor="token">Token</label>
        <input
          id="token"
          ref={field}
          type="password"
          autoComplete="current-password"
          required
          aria-describedby="token-help token-problem"
        />
        <button type="submit" disabled={isBusy}>
          Sign in
        </button>
        <p id="token-problem" role="alert">
          {problem}
        </p>
        <p id="token-help">
          A token begins with <code>rks_</code>. The operator of the server creates one with{" "}
          <code>rankscope token create --role reader</code>. The browser stores a session for twelve hours, not the
          token.
        </p>
      </form>
    </main>
  );
}

/** How long a result stays fresh, in milliseconds. Going back to a page within this time sends no request. */
const STALE_MILLISECONDS = 30_000;

/**
 * Creates the cache of results, which lives as long as the page is open. A failed request is not retried: the page shows the
 * error and a Retry button.
 *
 * @param onSignedOut called when the server rejects a request because it has no valid token
 */
function createQueryClient(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (error instanceof SignInRequiredError) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { staleTime: STALE_MILLISECONDS, retry: false, refetchOnWindowFocus: false },
      mutations: { retry: false },
    },
  });
}
