import { createRequire } from "node:module";

/** A family of samples of one name, as parse-prometheus-text-format gives it; it has no types of its own. */
interface Parsed {
  readonly name: string;
  readonly metrics: readonly { readonly value: string; readonly labels?: Readonly<Record<string, string>> }[];
}

// The package is CommonJS, and its default export is the function.
const parse = createRequire(import.meta.url)("parse-prometheus-text-format") as (text: string) => Parsed[];

export interface Scrape {
  readonly text: string;
  /** Each metric's type, by its name. */
  readonly types: ReadonlyMap<string, string>;
  /** The names of the labels of each of a metric's samples, a histogram's `le` left out. */
  labels(name: string): string[][];
  /** The sum over the metric's series with these labels: of a histogram how many it counts; undefined where there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

/** Reads a process's /metrics, as Prometheus would. */
export async function scrape(address: string): Promise<Scrape> {
  const response = await fetch(new URL("/metrics", address));
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
  const text = await response.text();
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type = ""]) => [name, type]));
  // The parser lumps the series of a histogram together where it knows that it is one: it is told the bare samples.
  const samples = parse(text.replace(/^# TYPE .*\n/gm, ""));
  const of = (name: string) => samples.flatMap((one) => (one.name === name ? one.metrics : []));
  return {
    text,
    types,
    labels: (name) =>
      [name, ...["bucket", "sum", "count"].map((part) => `${name}_${part}`)].flatMap((each) =>
        of(each).map(({ labels = {} }) =>
          Object.keys(labels)
            .filter((label) => types.get(name) !== "histogram" || label !== "le")
            .sort(),
        ),
      ),
    value(name, labels = {}) {
      const series = of(types.get(name) === "histogram" ? `${name}_count` : name).filter((one) =>
        Object.entries(labels).every(([label, value]) => one.labels?.[label] === value),
      );
      if (series.length === 0) return undefined;
      return series.reduce((sum, { value }) => sum + Number(value), 0);
    },
  };
}
