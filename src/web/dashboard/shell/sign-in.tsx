import { useEffect, useRef, useState, type FormEvent } from "react";
import { signIn } from "../api/session.js";

/** The sign-in form, which replaces all pages. */
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
