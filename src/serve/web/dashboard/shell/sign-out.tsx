import { useQuery, useQueryClient } from "@tanstack/react-query";
import { readSession, signOut } from "../api/session.js";

/** The way out for who is signed in; nothing where no token is needed. */
export function SignOut() {
  const client = useQueryClient();
  const { data: session } = useQuery({ queryKey: ["session"], queryFn: ({ signal }) => readSession(signal) });
  if (session?.needsToken !== true) return null;
  const leave = () => {
    // What is asked next is refused, which shows the way to sign in.
    void signOut().then(() => client.resetQueries());
  };
  return (
    <button type="button" onClick={leave}>
      Sign out ({session.role})
    </button>
  );
}
