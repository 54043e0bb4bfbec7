import { createRequire } from "node:module";

/** A metric family as parsed by parse-prometheus-text-format, which has no types. */
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
  /** Label names of each sample of a metric, without the `le` of histograms. */
  labels(name: string): string[][];
  /** Returns the sum of the metric's series with these labels (the count of a histogram); undefined if there are none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

/** Reads /metrics of a process, as Prometheus does. */
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
