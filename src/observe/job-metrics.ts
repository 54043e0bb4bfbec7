import { Counter, Histogram, type Registry } from "prom-client";
import type { JobObserver } from "../jobs/job-run.js";

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

/**
 * Registers the metrics of jobs and returns the observer that records them. A server reports the computations of its own
 * workers and its imports; a stand-alone worker reports its own computations.
 */
export function jobMetrics(registry: Registry): JobObserver {
  const registers = [registry];
  const wait = new Histogram({
    name: "rankscope_job_wait_seconds",
    help: "Seconds from queueing a job to its first start; for computations, by the database's clock.",
    labelNames: ["kind", "urgency"] as const,
    buckets: BUCKETS,
    registers,
  });
  const run = new Histogram({
    name: "rankscope_job_run_seconds",
    help: "Seconds from the start of a job to its end.",
    labelNames: ["kind", "outcome"] as const,
    buckets: BUCKETS,
    registers,
  });
  const compute = new Counter({
    name: "rankscope_compute_seconds_total",
    help: "Seconds that compute threads worked on tasks, including reading weights.",
    labelNames: ["kind"] as const,
    registers,
  });
  const facts = new Counter({
    name: "rankscope_computed_facts_total",
    help: "Computed facts about weights, by execution provider.",
    labelNames: ["kind", "provider", "precision"] as const,
    registers,
  });
  const fallbacks = new Counter({
    name: "rankscope_provider_fallbacks_total",
    help: "Computed facts for which another provider had to replace the chosen one.",
    labelNames: ["kind", "provider"] as const,
    registers,
  });
  return ({ kind, urgency, outcome, waitSeconds, runSeconds, computeSeconds, computed }) => {
    if (waitSeconds !== null) wait.observe({ kind, urgency }, waitSeconds);
    run.observe({ kind, outcome }, runSeconds);
    if (computeSeconds !== null) compute.inc({ kind }, computeSeconds);
    for (const { provider, precision, isFallback, n } of computed) {
      facts.inc({ kind, provider, precision }, n);
      if (isFallback) fallbacks.inc({ kind, provider }, n);
    }
  };
}
