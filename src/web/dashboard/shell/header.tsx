import { Link, useLocation } from "wouter";
import { RunningJobs } from "./running-jobs.js";
import { SignOut } from "./sign-out.js";

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
