import { Badge } from "./badge.js";
import { pluralize, sentenceCase } from "./text.js";

interface Confound {
  readonly kind: string;
  readonly severity: "LOW" | "MEDIUM" | "HIGH";
  readonly message: string;
}

/** The confounds of a conclusion, most severe first. The list is collapsed and its summary shows the number of confounds. */
export function Confounds({ confounds }: { readonly confounds: readonly Confound[] }) {
  if (confounds.length === 0) return <p className="note">No confounds were detected.</p>;
  const order = ["HIGH", "MEDIUM", "LOW"];
  const sortRows = [...confounds].sort((left, right) => order.indexOf(left.severity) - order.indexOf(right.severity));
  const high = confounds.filter(({ severity }) => severity === "HIGH").length;
  return (
    <details className="confounds">
      <summary>
        {pluralize(confounds.length, "confound")}
        {high > 0 && `, ${high} of high severity`}
      </summary>
      <ul>
        {sortRows.map(({ kind, severity, message }, i) => (
          <li key={i}>
            <Badge value={severity} /> <strong>{sentenceCase(kind)}.</strong> {message}
          </li>
        ))}
      </ul>
    </details>
  );
}
