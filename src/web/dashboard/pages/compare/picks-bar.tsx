import { Link } from "wouter";
import { counted } from "../../parts/words.js";
import { compareLink, MAX_PICKS, type Picks } from "./picks.js";

/** What is chosen in a table, and the way to its comparison. */
export function PicksBar({ picks }: { readonly picks: Picks }) {
  const { ids } = picks;
  const isTooMany = ids.length > MAX_PICKS;
  return (
    <div className="picks">
      <span role="status">
        {ids.length === 0 ? "Choose runs to compare them." : `${counted(ids.length, "run")} chosen.`}
        {isTooMany && ` At most ${MAX_PICKS} can be compared.`}
      </span>
      {ids.length > 0 && (
        <>
          {!isTooMany && (
            <Link to={compareLink(ids)} className="button">
              Compare
            </Link>
          )}
          <button type="button" onClick={picks.clear}>
            Clear
          </button>
        </>
      )}
    </div>
  );
}
