import { useRef } from "react";
import { Link, Route, Router, Switch } from "wouter";
import { ErrorBoundary } from "./parts/error-message.js";
import { ComparePage } from "./pages/compare/compare-page.js";
import { ExperimentsPage } from "./pages/experiments/experiments-page.js";
import { StudiesPage } from "./pages/studies/studies-page.js";
import { StudyPage } from "./pages/study/study-page.js";
import { Header } from "./shell/header.js";
import { PreviousPath, PageHead } from "./shell/page-head.js";

/** The URL path of the dashboard. */
const BASE = "/dashboard";

/** The dashboard: the header and the page for the current URL. */
export function Dashboard() {
  const previous = useRef("");
  return (
    <Router base={BASE}>
      <PreviousPath value={previous}>
        <Header />
        <main id="main" tabIndex={-1}>
          <ErrorBoundary onRetry={() => undefined}>
            <Switch>
              <Route path="/">
                <StudiesPage />
              </Route>
              <Route path="/experiments">
                <ExperimentsPage />
              </Route>
              <Route path="/compare">
                <ComparePage />
              </Route>
              <Route path="/studies/:slug">{({ slug }) => <StudyPage key={slug} slug={slug} />}</Route>
              <Route>
                <PageHead title="Page not found" />
                <p className="empty">
                  This URL has no page. The dashboard has pages for <Link to="/">studies</Link>,{" "}
                  <Link to="/experiments">experiments</Link> and their <Link to="/compare">comparison</Link>.
                </p>
              </Route>
            </Switch>
          </ErrorBoundary>
        </main>
      </PreviousPath>
    </Router>
  );
}
