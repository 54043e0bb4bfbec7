import { useEffect, useRef, useState } from "react";
import { Failure } from "../parts/failure.js";
import { Skeleton } from "../parts/skeleton.js";

export interface PlotViewProps {
  /** Vega-Lite, its data within it. */
  readonly specification: object;
  readonly title: string;
  /** What it shows, in words. */
  readonly description: string;
}

/** An interactive plot. What draws is loaded when the first plot is there. */
export function PlotView({ specification, title, description }: PlotViewProps) {
  const place = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<Error>();
  const [isDrawn, setIsDrawn] = useState(false);
  const [attempt, setAttempt] = useState(0);
  // The same specification comes as another object with each answer.
  const text = JSON.stringify(specification);
  useEffect(() => {
    let isGone = false;
    let remove: (() => void) | undefined;
    setError(undefined);
    const draw = async () => {
      const { drawPlot } = await import("./draw-plot.js");
      if (isGone || place.current === null) return;
      const done = await drawPlot(place.current, JSON.parse(text) as object, description);
      if (isGone) done();
      else {
        remove = done;
        setIsDrawn(true);
      }
    };
    draw().catch((cause: unknown) => {
      if (!isGone) setError(cause instanceof Error ? cause : new Error(String(cause)));
    });
    return () => {
      isGone = true;
      remove?.();
    };
  }, [text, description, attempt]);
  return (
    <>
      {error !== undefined && <Failure error={error} onRetry={() => setAttempt(attempt + 1)} />}
      {!isDrawn && error === undefined && <Skeleton label={title} lines={8} />}
      <div className="plot" role="img" aria-label={`${title}. ${description}`} ref={place} />
    </>
  );
}
