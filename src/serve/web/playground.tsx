import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { useMemo } from "react";
import { FollowSystemTheme } from "./follow-system-theme.js";
import type { ReadyTab } from "./ready-tabs.js";

export interface PlaygroundProps {
  /** Where operations are sent. */
  readonly endpoint: string;
  readonly tabs: readonly ReadyTab[];
  /** Shown above the editors. */
  readonly hint: string | undefined;
}

/** Subscriptions go to the same place by WebSocket. */
function socketOf(endpoint: string): string {
  const url = new URL(endpoint, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}

/** GraphiQL with the ready tabs, its documentation explorer and history. */
export function Playground({ endpoint, tabs, hint }: PlaygroundProps) {
  const fetcher = useMemo(
    () => createGraphiQLFetcher({ url: endpoint, subscriptionUrl: socketOf(endpoint) }),
    [endpoint],
  );
  return (
    <>
      {hint !== undefined && (
        <p className="hint" role="status">
          {hint}
        </p>
      )}
      <GraphiQL
        fetcher={fetcher}
        defaultTabs={tabs.map((tab) => ({ ...tab }))}
        defaultEditorToolsVisibility="variables"
      >
        <GraphiQL.Logo>
          <span className="logo">Rankscope</span>
        </GraphiQL.Logo>
        <FollowSystemTheme />
      </GraphiQL>
    </>
  );
}
