import { Value } from "./value.js";
import { counted } from "./words.js";

interface EvidenceItem {
  readonly label: string;
  readonly value: number | null;
  readonly unit: string;
}

/** Numbers in view before the rest is unfolded. */
const IN_VIEW = 5;

/** The numbers that a conclusion rests on: the first in view, all when they are unfolded. */
export function EvidenceList({ evidence }: { readonly evidence: readonly EvidenceItem[] }) {
  if (evidence.length === 0) return null;
  const folded = evidence.slice(IN_VIEW);
  return (
    <>
      <Items items={evidence.slice(0, IN_VIEW)} />
      {folded.length > 0 && (
        <details>
          <summary>{counted(folded.length, "more figure")}</summary>
          <Items items={folded} />
        </details>
      )}
    </>
  );
}

function Items({ items }: { readonly items: readonly EvidenceItem[] }) {
  return (
    <dl className="evidence">
      {items.map(({ label, value, unit }, i) => (
        <div key={i}>
          <dt>{label}</dt>
          <dd>
            <Value value={value} unit={unit} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
