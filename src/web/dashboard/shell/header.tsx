import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";
import { readSession, signOut } from "../api/session.js";
import { RunningJobs } from "./running-jobs.js";

const PAGES = [
  ["/", "Studies"],
  ["/experiments", "Experiments"],
  ["/compare", "Compare"],
] as const;

/** The header: a skip link for keyboard users, links to the pages, running jobs and the sign-out button. */
export function Header() {
  const [location] = useLocation();
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="site">
        <span className="brand" aria-hidden="true">
          Rankscope
        </span>
        <nav aria-label="Pages">
          {PAGES.map(([to, name]) => (
            <Link key={to} to={to} aria-current={location === to ? "page" : undefined}>
              {name}
            </Link>
          ))}
          <a href="/">Playground</a>
        </nav>
        <RunningJobs />
        <SignOut />
      </header>
    </>
  );
}

/** The sign-out button. Renders nothing if the server requires no token. After an error, the user stays signed in. */
function SignOut() {
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
