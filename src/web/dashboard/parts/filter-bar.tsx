import { useId, useState, type ReactNode } from "react";

interface FilterBarProps {
  /** The search field, which is always visible. */
  readonly search: ReactNode;
  /** Number of active filters. */
  readonly activeCount: number;
  readonly onReset: () => void;
  readonly children: ReactNode;
}

/** Window width in pixels up to which the filters are collapsed at first, to leave room for the list. */
const NARROW_PIXELS = 700;

/** The search and filters of a list. In a narrow window the filters are collapsed at first. */
export function FilterBar({ search, activeCount, onReset, children }: FilterBarProps) {
  const [isOpen, setIsOpen] = useState(window.innerWidth > NARROW_PIXELS || activeCount > 0);
  const fields = useId();
  return (
    <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {search}
      <button type="button" aria-expanded={isOpen} aria-controls={fields} onClick={() => setIsOpen(!isOpen)}>
        Filters{activeCount > 0 && ` (${activeCount} active)`}
      </button>
      <button type="button" onClick={onReset} disabled={activeCount === 0}>
        Reset filters
      </button>
      <div id={fields} className="filter-fields" hidden={!isOpen}>
        {children}
      </div>
    </form>
  );
}
