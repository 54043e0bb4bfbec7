import { Badge } from "./badge.js";
import { counted, words } from "./words.js";

interface Confound {
  readonly kind: string;
  readonly severity: "LOW" | "MEDIUM" | "HIGH";
  readonly message: string;
}

/** What makes a conclusion doubtful, the most severe first; folded, with the count in view. */
export function Confounds({ confounds }: { readonly confounds: readonly Confound[] }) {
  if (confounds.length === 0) return <p className="note">No confound was found.</p>;
  const order = ["HIGH", "MEDIUM", "LOW"];
  const sorted = [...confounds].sort((left, right) => order.indexOf(left.severity) - order.indexOf(right.severity));
  const high = confounds.filter(({ severity }) => severity === "HIGH").length;
  return (
    <details className="confounds">
      <summary>
        {counted(confounds.length, "confound")}
        {high > 0 && `, ${high} of high severity`}
      </summary>
      <ul>
        {sorted.map(({ kind, severity, message }, i) => (
          <li key={i}>
            <Badge value={severity} /> <strong>{words(kind)}.</strong> {message}
          </li>
        ))}
      </ul>
    </details>
  );
}
