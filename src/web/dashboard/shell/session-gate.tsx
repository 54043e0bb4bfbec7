import { QueryClientProvider } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { createQueryClient } from "../api/query-client.js";
import { SignIn } from "./sign-in.js";

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
