import { Value } from "./value.js";
import { pluralize } from "./text.js";

interface EvidenceItem {
  readonly label: string;
  readonly value: number | null;
  readonly unit: string;
}

/** Number of figures outside the collapsed part. */
const MAX_VISIBLE = 5;

/** The figures that support a conclusion. Long lists are partly collapsed. */
export function EvidenceList({ evidence }: { readonly evidence: readonly EvidenceItem[] }) {
  if (evidence.length === 0) return null;
  const collapsed = evidence.slice(MAX_VISIBLE);
  return (
    <>
      <Items items={evidence.slice(0, MAX_VISIBLE)} />
      {collapsed.length > 0 && (
        <details>
          <summary>{pluralize(collapsed.length, "more figure")}</summary>
          <Items items={collapsed} />
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
