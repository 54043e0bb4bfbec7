import { Value } from "./value.js";

interface EvidenceItem {
  readonly label: string;
  readonly value: number | null;
  readonly unit: string;
}

/** The numbers that a conclusion rests on. */
export function EvidenceList({ evidence }: { readonly evidence: readonly EvidenceItem[] }) {
  if (evidence.length === 0) return null;
  return (
    <dl className="evidence">
      {evidence.map(({ label, value, unit }, i) => (
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
