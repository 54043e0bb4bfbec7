import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../examples/grafana/dashboards", import.meta.url));

/** The fields of a panel's or variable's query that tests read. */
export interface Target {
  readonly datasource: { readonly type: string; readonly uid: string };
  readonly type?: "graphql" | "csv";
  readonly url?: string;
  readonly url_options?: {
    readonly method: "GET" | "POST";
    readonly body_graphql_query?: string;
    readonly params?: readonly { readonly key: string; readonly value: string }[];
  };
  readonly root_selector?: string;
  readonly columns?: readonly { readonly selector: string; readonly type: string }[];
  readonly expr?: string;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly { readonly title: string; readonly targets: readonly Target[] }[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly query: string | { readonly infinityQuery: Target };
      readonly current?: { readonly value: string };
    }[];
  };
}

/** The dashboards of examples/grafana, with their files. */
export function grafanaDashboards(): { file: string; text: string; dashboard: Dashboard }[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => {
      const text = readFileSync(`${FOLDER}/${file}`, "utf8");
      return { file, text, dashboard: JSON.parse(text) as Dashboard };
    });
}
