import { Value } from "./value.js";

interface CosineFiguresProps {
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** The reason why the mean is null. */
  readonly reason: string;
}

/** The mean cosine similarity of the layers and its range. */
export function CosineFigures({ mean, min, max, reason }: CosineFiguresProps) {
  return (
    <>
      <span>
        mean cosine <Value value={mean} reason={reason} />
      </span>
      <span>
        from <Value value={min} /> to <Value value={max} />
      </span>
    </>
  );
}

/** A warning if the runs did not start from the same A, which makes their weights incomparable. */
export function DifferentStartWarning({ sharedStart }: { readonly sharedStart: boolean | null }) {
  if (sharedStart !== false) return null;
  return <strong>The runs started from different A. Their weights are not comparable.</strong>;
}
