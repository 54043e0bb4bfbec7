interface CertaintyMarkProps {
  readonly certainty: "POINT_ESTIMATE" | "INTERVAL" | null;
}

/**
 * Whether a value rests on an interval over seeds or on single runs. A point estimate has an outline and no ground, so that it
 * never looks firmer than an interval.
 */
export function CertaintyMark({ certainty }: CertaintyMarkProps) {
  if (certainty === null) return null;
  return certainty === "INTERVAL" ? (
    <span className="badge plain" title="A confidence interval over independent runs.">
      95 % interval
    </span>
  ) : (
    <span className="badge outlined" title="Single values without an interval. Another seed may change the result.">
      single runs
    </span>
  );
}
