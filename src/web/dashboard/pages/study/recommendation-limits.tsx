import { useAnswer } from "../../api/answer.js";
import { graphql } from "../../graphql.js";
import { Slider } from "../../parts/slider.js";
import { countText, numberText } from "../../parts/value.js";

/** What a recommended run may take; null is no limit. */
export interface Limits {
  readonly memoryBudgetMb: number | null;
  readonly maxDegradationPercent: number | null;
  readonly timeBudgetSeconds: number | null;
}

/** Percent: beyond the default threshold there is little to choose. */
const MAX_DEGRADATION = 10;
const DEGRADATION_STEP = 0.05;
/** Positions of a slider between the least and the greatest recorded value. */
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

export interface RecommendationLimitsProps {
  readonly slug: string;
  readonly limits: Limits;
  readonly onChange: (limits: Limits) => void;
}

/** Sliders over what the study's runs took; one for what no run recorded is not there. */
export function RecommendationLimits({ slug, limits, onChange }: RecommendationLimitsProps) {
  const { data } = useAnswer(RangesQuery, { slug });
  const memory = data?.memory.nodes[0];
  const time = data?.time.nodes[0];
  return (
    <div className="sliders">
      {memory !== undefined && (
        <Slider
          label="Peak memory up to"
          {...spread(memory)}
          value={limits.memoryBudgetMb}
          onChange={(memoryBudgetMb) => onChange({ ...limits, memoryBudgetMb })}
          text={(value) => `${countText(value)} MB`}
        />
      )}
      <Slider
        label="Degradation up to"
        min={0}
        max={MAX_DEGRADATION}
        step={DEGRADATION_STEP}
        value={limits.maxDegradationPercent}
        onChange={(maxDegradationPercent) => onChange({ ...limits, maxDegradationPercent })}
        text={(value) => `${numberText(value)} %`}
      />
      {time !== undefined && (
        <Slider
          label="Training time up to"
          {...spread(time)}
          value={limits.timeBudgetSeconds}
          onChange={(timeBudgetSeconds) => onChange({ ...limits, timeBudgetSeconds })}
          text={(value) => `${numberText(value)} s`}
        />
      )}
    </div>
  );
}

/** Round positions from just under the least to at least the greatest value. */
function spread({ min, max }: { readonly min: number; readonly max: number }) {
  const raw = Math.max((max - min) / STEPS, Math.abs(max) / 1e4, Number.MIN_VALUE);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw) ?? raw;
  return { min: Math.floor(min / step) * step, max: Math.ceil(max / step) * step, step };
}
