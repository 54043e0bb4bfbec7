import { useRef } from "react";
import { Link, Route, Router, Switch } from "wouter";
import { PanelBoundary } from "./parts/panel-boundary.js";
import { ComparePage } from "./pages/compare/compare-page.js";
import { ExperimentsPage } from "./pages/experiments/experiments-page.js";
import { StudiesPage } from "./pages/studies/studies-page.js";
import { StudyPage } from "./pages/study/study-page.js";
import { Header } from "./shell/header.js";
import { FormerPath, PageHead } from "./shell/page-head.js";

/** Where the server has the dashboard. */
const BASE = "/dashboard";

/** The whole dashboard: header and the page that the address names. */
export function Dashboard() {
  const former = useRef("");
  return (
    <Router base={BASE}>
      <FormerPath value={former}>
        <Header />
        <main id="main" tabIndex={-1}>
          <PanelBoundary onRetry={() => undefined}>
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
                <PageHead title="There is no such page" />
                <p className="empty">
                  The dashboard has <Link to="/">studies</Link>, <Link to="/experiments">experiments</Link> and a place
                  to <Link to="/compare">compare</Link> them.
                </p>
              </Route>
            </Switch>
          </PanelBoundary>
        </main>
      </FormerPath>
    </Router>
  );
}
