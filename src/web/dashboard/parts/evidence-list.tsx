import type { FragmentOf } from "gql.tada";
import { graphql } from "../graphql.js";
import { pluralize } from "./text.js";
import { Value } from "./value.js";

/** A number behind a verdict. */
export const EvidenceFields = graphql(`
  fragment EvidenceFields on Evidence {
    label
    value
    unit
  }
`);

type Evidence = FragmentOf<typeof EvidenceFields>;

/** Number of figures outside the collapsed part. */
const MAX_VISIBLE = 5;

/** The figures that support a conclusion. Long lists are partly collapsed. */
export function EvidenceList({ evidence }: { readonly evidence: readonly Evidence[] }) {
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

function Items({ items }: { readonly items: readonly Evidence[] }) {
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
