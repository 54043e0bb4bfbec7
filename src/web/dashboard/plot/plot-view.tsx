import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { ErrorMessage } from "../parts/error-message.js";
import { Skeleton } from "../parts/loading.js";

interface PlotViewProps {
  /** Vega-Lite with its data. */
  readonly specification: object;
  readonly title: string;
  /** A text description of the plot for screen readers. */
  readonly description: string;
}

/** An interactive plot. The drawing code is loaded with the first plot. */
export function PlotView({ specification, title, description }: PlotViewProps) {
  const container = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<Error>();
  const [isDrawn, setIsDrawn] = useState(false);
  const [attempt, setAttempt] = useState(0);
  // Each result contains a new specification object, even if its content is the same.
  const text = JSON.stringify(specification);
  useEffect(() => {
    let isUnmounted = false;
    let remove: (() => void) | undefined;
    setError(undefined);
    const draw = async () => {
      const { drawPlot } = await import("./draw-plot.js");
      if (isUnmounted || container.current === null) return;
      const removePlot = await drawPlot(container.current, JSON.parse(text) as object, description);
      if (isUnmounted) {
        removePlot();
        return;
      }
      remove = removePlot;
      setIsDrawn(true);
    };
    draw().catch((cause: unknown) => {
      if (!isUnmounted) setError(cause instanceof Error ? cause : new Error(String(cause)));
    });
    return () => {
      isUnmounted = true;
      remove?.();
    };
  }, [text, description, attempt]);
  return (
    <>
      {error !== undefined && <ErrorMessage error={error} onRetry={() => setAttempt(attempt + 1)} />}
      {!isDrawn && error === undefined && <Skeleton label={title} lines={8} />}
      <div className="plot" role="img" aria-label={`${title}. ${description}`} ref={container} />
    </>
  );
}

const darkTheme = () => matchMedia("(prefers-color-scheme: dark)");

function subscribe(onChange: () => void): () => void {
  const dark = darkTheme();
  dark.addEventListener("change", onChange);
  return () => dark.removeEventListener("change", onChange);
}

/** Returns the colour theme of the system and follows its changes. */
export const usePlotTheme = (): "LIGHT" | "DARK" =>
  useSyncExternalStore(subscribe, () => (darkTheme().matches ? "DARK" : "LIGHT"));
