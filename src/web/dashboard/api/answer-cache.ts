import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { SignInNeeded } from "./session.js";

/** Milliseconds for which an answer is shown again without asking: a person who goes back sees what was there. */
const FRESH = 30_000;

/**
 * Keeps answers for as long as the page is open. A failure is shown at once: trying again is the person's choice.
 *
 * @param onSignedOut called when a question is refused for want of a token
 */
export function answerCache(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (error instanceof SignInNeeded) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { staleTime: FRESH, retry: false, refetchOnWindowFocus: false },
      mutations: { retry: false },
    },
  });
}
