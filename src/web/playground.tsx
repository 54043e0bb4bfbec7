import "@graphiql/plugin-explorer/style.css";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useMemo, useState } from "react";
import { authorization, keepToken, readToken } from "./bearer-token.js";
import { FollowSystemTheme } from "./follow-system-theme.js";
import { OpenLink } from "./open-link.js";
import type { SavedOperation } from "./all-operations.js";
import { savedOperations } from "./saved-operations.js";
import { TokenField } from "./token-field.js";

export interface PlaygroundProps {
  /** Where operations are sent. */
  readonly endpoint: string;
  /** All that come with the page; the tabs of a first visit are those that are `ready`. */
  readonly operations: readonly SavedOperation[];
  /** Shown above the editors. */
  readonly hint: string | undefined;
}

/** Subscriptions go to the same place by WebSocket. */
function socketOf(endpoint: string): string {
  const url = new URL(endpoint, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}

/** GraphiQL with the ready tabs, its documentation explorer and history, a query builder and the saved operations. */
export function Playground({ endpoint, operations, hint }: PlaygroundProps) {
  const [token, setToken] = useState(() => readToken(sessionStorage));
  const [problem, setProblem] = useState<string>();
  // A new fetcher makes GraphiQL ask for the schema anew: with another token it may be allowed to.
  const fetcher = useMemo(() => {
    const headers = authorization(token);
    return createGraphiQLFetcher({
      url: endpoint,
      headers,
      subscriptionUrl: socketOf(endpoint),
      wsConnectionParams: headers,
    });
  }, [endpoint, token]);
  const plugins = useMemo(
    () => [HISTORY_PLUGIN, { ...explorerPlugin(), title: "Explorer" }, savedOperations(operations)],
    [operations],
  );
  return (
    <>
      <TokenField
        token={token}
        onChange={(next) => {
          keepToken(sessionStorage, next);
          setToken(next);
        }}
      />
      {hint !== undefined && (
        <p className="hint" role="status">
          {hint}
        </p>
      )}
      {problem !== undefined && (
        <p className="hint" role="alert">
          {problem}
        </p>
      )}
      <GraphiQL
        fetcher={fetcher}
        plugins={plugins}
        defaultTabs={operations.filter(({ ready }) => ready).map(({ query, variables }) => ({ query, variables }))}
        defaultEditorToolsVisibility="variables"
      >
        <GraphiQL.Logo>
          <span className="logo">Rankscope</span>
        </GraphiQL.Logo>
        <FollowSystemTheme />
        <OpenLink onProblem={setProblem} />
      </GraphiQL>
    </>
  );
}
