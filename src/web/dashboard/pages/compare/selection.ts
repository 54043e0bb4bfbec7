import { useMemo } from "react";
import { useSearchParams } from "wouter";

/** Which runs are compared: the address holds all of it, so that it can be shared. */
export interface Selection {
  /** Of the runs; the first is the baseline. */
  readonly ids: readonly string[];
  /** The run that is held against the baseline layer by layer; undefined while there is only one. */
  readonly candidate: string | undefined;
  /** The name of the curve that is drawn. */
  readonly curve: string | null;
  add(id: string): void;
  remove(id: string): void;
  makeBaseline(id: string): void;
  chooseCandidate(id: string): void;
  chooseCurve(name: string): void;
}

/** Reads the selection from `?run=ID&run=ID&candidate=ID&curve=NAME`, and writes it there. */
export function useSelection(): Selection {
  const [parameters, setParameters] = useSearchParams();
  return useMemo(() => {
    const ids = [...new Set(parameters.getAll("run"))];
    const wanted = parameters.get("candidate");
    const candidate = wanted !== null && ids.slice(1).includes(wanted) ? wanted : ids[1];
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
      chooseCandidate: (id) => write(ids, { candidate: id }),
      chooseCurve: (name) => write(ids, { curve: name }),
    };
  }, [parameters, setParameters]);
}
