import { useEffect, useRef, useState, type FormEvent } from "react";
import { signIn } from "../api/session.js";

/** Asks for a token in the place of all pages. */
export function SignIn({ onSignedIn }: { readonly onSignedIn: () => void }) {
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
          {...{ id: "token", ref: field, type: "password", autoComplete: "current-password", required: true }}
          aria-describedby="token-help token-problem"
        />
        <button type="submit" disabled={isBusy}>
          Sign in
        </button>
        <p id="token-problem" role="alert">
          {problem}
        </p>
        <p id="token-help">
          It begins with <code>rks_</code>. Whoever runs the server makes one with{" "}
          <code>rankscope token create --role reader</code>. The page keeps a session of twelve hours, not the token.
        </p>
      </form>
    </main>
  );
}
