import "@graphiql/plugin-explorer/style.css";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useMemo, useState, useEffect } from "react";
import { authorization, storeToken, readToken } from "./bearer-token.js";
import { OpenLink } from "./open-link.js";
import { savedOperationsPlugin } from "./saved-operations-plugin.js";
import type { SavedOperation } from "./saved-operations.js";
import { TokenField } from "./token-field.js";

interface PlaygroundProps {
  /** The URL path of the GraphQL API. */
  readonly endpoint: string;
  /** The saved operations. Those with `isDefaultTab` are the tabs of the first visit. */
  readonly operations: readonly SavedOperation[];
  /** A message above the editors. */
  readonly hint: string | undefined;
}

/** Returns the WebSocket URL for subscriptions: the same path with ws: or wss:. */
function socketUrl(endpoint: string): string {
  const url = new URL(endpoint, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}

/** GraphiQL with default tabs, the documentation explorer, the history, a query builder and the saved operations. */
export function Playground({ endpoint, operations, hint }: PlaygroundProps) {
  const [token, setToken] = useState(() => readToken(sessionStorage));
  const [problem, setProblem] = useState<string>();
  // A new fetcher makes GraphiQL load the schema again. With another token, the request may be allowed.
  const fetcher = useMemo(() => {
    const headers = authorization(token);
    return createGraphiQLFetcher({
      url: endpoint,
      headers,
      subscriptionUrl: socketUrl(endpoint),
      wsConnectionParams: headers,
    });
  }, [endpoint, token]);
  const plugins = useMemo(
    () => [HISTORY_PLUGIN, { ...explorerPlugin(), title: "Explorer" }, savedOperationsPlugin(operations)],
    [operations],
  );
  return (
    <>
      <TokenField
        token={token}
        onChange={(next) => {
          storeToken(sessionStorage, next);
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
        defaultTabs={operations
          .filter(({ isDefaultTab }) => isDefaultTab)
          .map(({ query, variables }) => ({ query, variables }))}
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

/** Switches the editors between light and dark with the system theme, unless the user chose a theme in GraphiQL. */
function FollowSystemTheme() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    if (theme !== null) return undefined;
    const system = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setTheme(null);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, [theme, setTheme]);
  return null;
}
