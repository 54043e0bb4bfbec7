import { useId, useState, type ReactNode } from "react";

export interface FilterBarProps {
  /** The search field, always in view. */
  readonly search: ReactNode;
  /** How many of the filters below are set. */
  readonly set: number;
  readonly onReset: () => void;
  readonly children: ReactNode;
}

/** Pixels of window under which filters take more room than a list can spare. */
const NARROW = 700;

/** A list's search and filters; on a narrow window the filters are folded at first. */
export function FilterBar({ search, set, onReset, children }: FilterBarProps) {
  const [isOpen, setIsOpen] = useState(window.innerWidth > NARROW || set > 0);
  const fields = useId();
  return (
    <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {search}
      <button type="button" aria-expanded={isOpen} aria-controls={fields} onClick={() => setIsOpen(!isOpen)}>
        Filters{set > 0 && ` (${set} set)`}
      </button>
      <button type="button" onClick={onReset} disabled={set === 0}>
        Reset filters
      </button>
      <div id={fields} className="filter-fields" hidden={!isOpen}>
        {children}
      </div>
    </form>
  );
}
