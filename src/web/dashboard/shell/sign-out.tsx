import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { readSession, signOut } from "../api/session.js";

/** The way out for who is signed in; nothing where no token is needed. Where it fails one stays signed in, and is told so. */
export function SignOut() {
  const client = useQueryClient();
  const { data: session } = useQuery({ queryKey: ["session"], queryFn: ({ signal }) => readSession(signal) });
  const leaving = useMutation({
    mutationFn: signOut,
    // What is asked next is refused, which shows the way to sign in.
    onSuccess: () => client.resetQueries(),
  });
  if (session?.needsToken !== true) return null;
  return (
    <div className="sign-out">
      <p role="alert">{leaving.error !== null && `You are still signed in. ${leaving.error.message}`}</p>
      <button type="button" onClick={() => !leaving.isPending && leaving.mutate()}>
        Sign out ({session.role})
      </button>
    </div>
  );
}
