import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { listenOn, type ListenAddress } from "../http/http-server.js";
import type { Metrics } from "./open-metrics.js";

export interface MetricsListener {
  /** URL of the listener, such as `http://127.0.0.1:9400/`. */
  readonly address: string;
  close(): Promise<void>;
}

interface ListenOptions extends ListenAddress {
  readonly metrics: Metrics;
  /** Reports whether the process is healthy. All other properties are added to the response of /healthz. */
  health(): { readonly isAlive: boolean; readonly [detail: string]: unknown };
}

/**
 * Serves /metrics and /healthz for a process that has no other HTTP server.
 *
 * @throws PORT_IN_USE, CONFIG_INVALID
 */
export async function listenForMetrics({ host, port, metrics, health }: ListenOptions): Promise<MetricsListener> {
  const http = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (path === "/healthz") {
      const { isAlive, ...details } = health();
      sendJson(response, isAlive ? 200 : 503, { status: isAlive ? "ok" : "unavailable", ...details });
    } else if (path === "/metrics") {
      metrics.text().then(
        ({ type, body }) => response.setHeader("Content-Type", type).end(body),
        () => sendJson(response, 500, { status: "reading the metrics failed" }),
      );
    } else {
      sendJson(response, 404, { status: "not found; available paths: /metrics, /healthz" });
    }
  });
  const address = await listenOn(http, { host, port }, "HOST and RANKSCOPE_METRICS_PORT");
  return {
    address,
    async close() {
      http.close();
      http.closeAllConnections();
      await once(http, "close");
    },
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify(body));
}
