import { useOperation } from "../../api/use-operation.js";
import { graphql } from "../../graphql.js";
import { Slider } from "../../parts/slider.js";
import { formatInteger, formatNumber } from "../../parts/value.js";

/** The limits for the recommended run; null means no limit. */
export interface Limits {
  readonly memoryBudgetMb: number | null;
  readonly maxDegradationPercent: number | null;
  readonly timeBudgetSeconds: number | null;
}

/** Right end of the degradation slider in percent. Larger degradations are rarely acceptable. */
const MAX_DEGRADATION = 10;
const DEGRADATION_STEP = 0.05;
/** Approximate number of slider positions between the minimum and the maximum recorded value. */
const STEPS = 100;

const RangesQuery = graphql(`
  query Ranges($slug: String!) {
    memory: experimentGroups(by: [STUDY], metric: "peak_memory_mb", filter: { study: { slug: { equals: $slug } } }) {
      nodes {
        min
        max
      }
    }
    time: experimentGroups(
      by: [STUDY]
      metric: "training_time_seconds"
      filter: { study: { slug: { equals: $slug } } }
    ) {
      nodes {
        min
        max
      }
    }
  }
`);

interface RecommendationLimitsProps {
  readonly slug: string;
  readonly limits: Limits;
  readonly onChange: (limits: Limits) => void;
}

/** Sliders for the limits. Memory and time have a slider only if a run recorded them. */
export function RecommendationLimits({ slug, limits, onChange }: RecommendationLimitsProps) {
  const { data } = useOperation(RangesQuery, { slug });
  const memory = data?.memory.nodes[0];
  const time = data?.time.nodes[0];
  return (
    <div className="sliders">
      {memory !== undefined && (
        <Slider
          label="Maximum peak memory"
          {...sliderScale(memory)}
          value={limits.memoryBudgetMb}
          onChange={(memoryBudgetMb) => onChange({ ...limits, memoryBudgetMb })}
          text={(value) => `${formatInteger(value)} MB`}
        />
      )}
      <Slider
        label="Maximum degradation"
        min={0}
        max={MAX_DEGRADATION}
        step={DEGRADATION_STEP}
        value={limits.maxDegradationPercent}
        onChange={(maxDegradationPercent) => onChange({ ...limits, maxDegradationPercent })}
        text={(value) => `${formatNumber(value)} %`}
      />
      {time !== undefined && (
        <Slider
          label="Maximum training time"
          {...sliderScale(time)}
          value={limits.timeBudgetSeconds}
          onChange={(timeBudgetSeconds) => onChange({ ...limits, timeBudgetSeconds })}
          text={(value) => `${formatNumber(value)} s`}
        />
      )}
    </div>
  );
}

/** Returns a slider's scale with a round step that covers the range from the minimum to the maximum. */
function sliderScale({ min, max }: { readonly min: number; readonly max: number }) {
  const raw = Math.max((max - min) / STEPS, Math.abs(max) / 1e4, Number.MIN_VALUE);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw) ?? raw;
  return { min: Math.floor(min / step) * step, max: Math.ceil(max / step) * step, step };
}
