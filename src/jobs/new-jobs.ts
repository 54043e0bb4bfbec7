import { v7 as newId } from "uuid";
import type { Execution } from "../model/computed-facts.js";
import type { NewJob } from "../store/queue/enqueue.js";
import { traceParent } from "../trace.js";
import type { FactKind } from "./fact-kinds.js";
import type { ComputePayload } from "../model/job-payloads.js";
import { planJobs } from "./plan.js";

/** The jobs that find what is asked, not yet queued. What is asked must be distinct facts. */
export function newJobs<Asked, Key, Facts extends Execution>(
  kind: FactKind<Asked, Key, Facts>,
  asked: readonly Asked[],
): NewJob[] {
  return planJobs(kind, asked).map(({ facts, layersFor }) => {
    const id = newId();
    return {
      id,
      facts,
      payload: (own): ComputePayload => ({ job: id, kind: kind.name, layers: layersFor(own), trace: traceParent() }),
    };
  });
}
