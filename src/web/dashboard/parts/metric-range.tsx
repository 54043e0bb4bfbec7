import { METRICS } from "./metrics.js";
import { SelectField } from "./select-field.js";
import { TextField } from "./text-field.js";

export interface MetricRangeProps {
  readonly parameters: URLSearchParams;
  readonly change: (changes: Readonly<Record<string, string | null>>) => void;
}

/** Which metric, and between which values, as the address has them: `metric`, `min`, `max`. */
export function MetricRange({ parameters, change }: MetricRangeProps) {
  return (
    <fieldset className="range">
      <legend className="for-readers">Metric range</legend>
      <SelectField
        label="Metric"
        value={parameters.get("metric") ?? METRICS[0].key}
        onChange={(metric) => change({ metric: metric === METRICS[0].key ? null : metric })}
        options={METRICS.map(({ key, title }) => [key, title])}
      />
      <TextField label="from" type="number" value={parameters.get("min") ?? ""} onChange={(min) => change({ min })} />
      <TextField label="to" type="number" value={parameters.get("max") ?? ""} onChange={(max) => change({ max })} />
    </fieldset>
  );
}
