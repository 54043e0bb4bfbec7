import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { readSession, signOut } from "../api/session.js";

/** The sign-out button. Renders nothing if the server requires no token. After an error, the user stays signed in. */
export function SignOut() {
  const client = useQueryClient();
  const { data: session } = useQuery({ queryKey: ["session"], queryFn: ({ signal }) => readSession(signal) });
  const signingOut = useMutation({
    mutationFn: signOut,
    // The server rejects the next request, which shows the sign-in form.
    onSuccess: () => client.resetQueries(),
  });
  if (session?.needsToken !== true) return null;
  return (
    <div className="sign-out">
      <p role="alert">{signingOut.error !== null && `You are still signed in. ${signingOut.error.message}`}</p>
      <button type="button" onClick={() => !signingOut.isPending && signingOut.mutate()}>
        Sign out ({session.role})
      </button>
    </div>
  );
}
