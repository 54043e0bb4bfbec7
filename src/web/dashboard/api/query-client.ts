import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { SignInRequiredError } from "./session.js";

/** How long a result stays fresh, in milliseconds. Going back to a page within this time sends no request. */
const STALE_MILLISECONDS = 30_000;

/**
 * Creates the cache of results, which lives as long as the page is open. A failed request is not retried: the page shows the
 * error and a Retry button.
 *
 * @param onSignedOut called when the server rejects a request because it has no valid token
 */
export function createQueryClient(onSignedOut: () => void): QueryClient {
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
