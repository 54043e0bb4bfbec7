import { DEFAULT_METRIC, METRICS } from "./metrics.js";
import { SelectField } from "./select-field.js";
import { TextField } from "./text-field.js";

export interface MetricRangeProps {
  readonly parameters: URLSearchParams;
  readonly change: (changes: Readonly<Record<string, string | null>>) => void;
}

/** The filter for the range of a metric. Its state is in the URL parameters `metric`, `min` and `max`. */
export function MetricRange({ parameters, change }: MetricRangeProps) {
  return (
    <fieldset className="range">
      <legend className="for-readers">Metric range</legend>
      <SelectField
        label="Metric"
        value={parameters.get("metric") ?? DEFAULT_METRIC}
        onChange={(metric) => change({ metric: metric === DEFAULT_METRIC ? null : metric })}
        options={METRICS.map(({ key, title }) => [key, title])}
      />
      <TextField label="from" type="number" value={parameters.get("min") ?? ""} onChange={(min) => change({ min })} />
      <TextField label="to" type="number" value={parameters.get("max") ?? ""} onChange={(max) => change({ max })} />
    </fieldset>
  );
}
