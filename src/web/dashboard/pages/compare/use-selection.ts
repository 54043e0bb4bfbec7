import { useMemo } from "react";
import { useSearchParams } from "wouter";

/** The selected runs and options of a comparison. The URL holds them all, so that a comparison can be shared. */
export interface Selection {
  /** IDs of the runs. The first is the baseline. */
  readonly ids: readonly string[];
  /** The run that is compared with the baseline layer by layer; undefined with fewer than two runs. */
  readonly candidate: string | undefined;
  /** The name of the plotted curve. */
  readonly curve: string | null;
  add(id: string): void;
  remove(id: string): void;
  makeBaseline(id: string): void;
  setCandidate(id: string): void;
  setCurve(name: string): void;
}

/** Reads the selection from the URL parameters `?run=ID&run=ID&candidate=ID&curve=NAME` and writes changes to them. */
export function useSelection(): Selection {
  const [parameters, setParameters] = useSearchParams();
  return useMemo(() => {
    const ids = [...new Set(parameters.getAll("run"))];
    const requested = parameters.get("candidate");
    const candidate = requested !== null && ids.slice(1).includes(requested) ? requested : ids[1];
    const write = (runs: readonly string[], changes: Readonly<Record<string, string>> = {}) => {
      const others = { ...Object.fromEntries(parameters), ...changes };
      const entries = Object.entries(others).filter(([name]) => name !== "run");
      setParameters([...runs.map((run) => ["run", run]), ...entries]);
    };
    const without = (id: string) => ids.filter((other) => other !== id);
    return {
      ids,
      candidate,
      curve: parameters.get("curve"),
      add: (id) => write([...without(id), id]),
      remove: (id) => write(without(id)),
      makeBaseline: (id) => write([id, ...without(id)]),
      setCandidate: (id) => write(ids, { candidate: id }),
      setCurve: (name) => write(ids, { curve: name }),
    };
  }, [parameters, setParameters]);
}
