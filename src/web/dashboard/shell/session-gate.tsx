import { QueryClientProvider } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { answerCache } from "../api/answer-cache.js";
import { SignIn } from "./sign-in.js";

/** Shows the pages, or the way to sign in as soon as any of their questions is refused for want of a token. */
export function SessionGate({ children }: { readonly children: ReactNode }) {
  const [isSignedOut, setSignedOut] = useState(false);
  const [client] = useState(() => answerCache(() => setSignedOut(true)));
  if (isSignedOut) {
    return (
      <SignIn
        onSignedIn={() => {
          // What was answered before may be what this token may not see.
          client.clear();
          setSignedOut(false);
        }}
      />
    );
  }
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
