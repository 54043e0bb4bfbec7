import type { FragmentOf } from "gql.tada";
import { compareSeverity } from "../../../model/enums/verdict.js";
import { graphql } from "../graphql.js";
import { Badge } from "./badge.js";
import { pluralize, sentenceCase } from "./text.js";

/** A difference that confounds a comparison. */
export const ConfoundFields = graphql(`
  fragment ConfoundFields on Confound {
    kind
    severity
    message
  }
`);

type Confound = FragmentOf<typeof ConfoundFields>;

/** The confounds of a conclusion, most severe first. The list is collapsed and its summary shows the number of confounds. */
export function Confounds({ confounds }: { readonly confounds: readonly Confound[] }) {
  if (confounds.length === 0) return <p className="note">No confounds were detected.</p>;
  const sorted = [...confounds].sort(compareSeverity);
  const high = confounds.filter(({ severity }) => severity === "HIGH").length;
  return (
    <details className="confounds">
      <summary>
        {pluralize(confounds.length, "confound")}
        {high > 0 && `, ${high} of high severity`}
      </summary>
      <ul>
        {sorted.map(({ kind, severity, message }, i) => (
          <li key={i}>
            <Badge value={severity} /> <strong>{sentenceCase(kind)}.</strong> {message}
          </li>
        ))}
      </ul>
    </details>
  );
}
