import type { ReactNode } from "react";

export interface FilterBarProps {
  /** The search field, always in view. */
  readonly search: ReactNode;
  /** How many of the filters below are set. */
  readonly set: number;
  readonly onReset: () => void;
  readonly children: ReactNode;
}

/** A list's search and filters; on a narrow window the filters fold away. */
export function FilterBar({ search, set, onReset, children }: FilterBarProps) {
  return (
    <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {search}
      <details open={window.innerWidth > 700 || set > 0}>
        <summary>Filters{set > 0 && ` (${set} set)`}</summary>
        <div className="filter-fields">
          {children}
          <button type="button" onClick={onReset} disabled={set === 0}>
            Reset
          </button>
        </div>
      </details>
    </form>
  );
}
