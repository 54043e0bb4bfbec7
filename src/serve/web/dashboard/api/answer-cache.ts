import { QueryClient } from "@tanstack/react-query";

/** Milliseconds for which an answer is shown again without asking: a person who goes back sees what was there. */
const FRESH = 30_000;

/** Keeps answers for as long as the page is open. A failure is shown at once: trying again is the person's choice. */
export function answerCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: FRESH, retry: false, refetchOnWindowFocus: false },
      mutations: { retry: false },
    },
  });
}
