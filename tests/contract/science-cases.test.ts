import { describe, expect, test } from "vitest";
import { missingScienceCases, scienceCases } from "../support/science-cases.js";

const missing = missingScienceCases();
if (missing !== undefined) console.warn(missing);

const RANKS = `ranks { r degradation {
  percent absolute absoluteInterval { low high } acceptable verdict certainty interval { low high } intervalMethod intervalReason
  baseline { mean n } candidate { mean n } baselineDiverged candidateDiverged nats perplexityRatio reason } }`;
const R_STAR = "minimumViableRank { rank bound certainty inconclusiveRanks range { least greatest } reason }";
const HYPOTHESES = "hypotheses { id verdict certainty because confounds { kind severity message ranks } }";
const FAILURES = "failureModes { kind symptom cause severity experiments { name } }";
const RECOMMENDATION = `{ experiment { name } rank { r } configuration { configuration rank mean n worst interval { low high } }
  metric because heldOut { mean seeds } alternatives { configuration rank rejectedBecause } }`;

describe.skipIf(missing !== undefined)("made-up studies lead to the right conclusions", () => {
  const cases = scienceCases();

  // The shape depends on the query.
  /* eslint-disable @typescript-eslint/no-explicit-any */
  const rank = (study: any, r: number) => study.ranks.find((entry: any) => entry.r === r).degradation;
  const hypothesis = (study: any, id: string) => study.hypotheses.find((entry: any) => entry.id === id);
  const confound = (study: any, id: string, kind: string) =>
    hypothesis(study, id).confounds.find((entry: any) => entry.kind === kind);
  const failure = (study: any, kind: string) => study.failureModes.find((entry: any) => entry.kind === kind);
  /* eslint-enable @typescript-eslint/no-explicit-any */

  describe("a run that diverged", () => {
    test.each([
      ["nan_loss", "4bit_r4_s1", 1],
      ["nan_json", "4bit_r4", 0],
    ])("in %s is named at import, counted, and keeps its rank from being acceptable", async (name, run, survivors) => {
      const line = cases.findings(name).find((finding) => finding.startsWith("RUN_DIVERGED"));
      expect(line).toContain(`${run}: training_loss is NaN`);
      const study = await cases.study(name, `${RANKS} ${R_STAR} ${HYPOTHESES} ${FAILURES}`);
      expect(rank(study, 4)).toMatchObject({ acceptable: false, candidateDiverged: 1, certainty: "POINT_ESTIMATE" });
      expect(rank(study, 4).verdict).not.toBe("ACCEPTABLE");
      expect(rank(study, 4).candidate?.n ?? 0).toBe(survivors);
      expect(study.minimumViableRank).toMatchObject({ rank: null, bound: "NONE" });
      expect(confound(study, "H3", "DIVERGED_RUNS")).toMatchObject({ severity: "HIGH", ranks: [4] });
      expect(failure(study, "NON_FINITE").experiments).toEqual([{ name: run }]);
    });

    test("makes its rank fail if every seed diverged", async () => {
      const study = await cases.study("nan_all", `${RANKS} ${R_STAR} ${FAILURES}`);
      expect(rank(study, 4)).toMatchObject({ percent: null, acceptable: false, verdict: "UNACCEPTABLE" });
      expect(study.minimumViableRank).toMatchObject({ rank: null, bound: "NONE" });
      expect(failure(study, "INSUFFICIENT_RANK").symptom).toContain("the runs diverged");
    });

    test("is found in its log, and named at import and with H3", async () => {
      const findings = cases.findings("nan_state").join("\n");
      expect(findings).toMatch(/NON_FINITE_VALUES .*loss/);
      expect(findings).toMatch(/RUN_DIVERGED .*4bit_r4_s1.*training_loss is NaN/);
      const study = await cases.study("nan_state", `${RANKS} ${HYPOTHESES}`);
      expect(rank(study, 4).candidateDiverged).toBe(1);
      expect(confound(study, "H3", "DIVERGED_RUNS")).toMatchObject({ severity: "HIGH", ranks: [4] });
    });

    test("has no NaN in any answer: its metric is null, and nonFiniteMetrics has the reason", async () => {
      const study = await cases.study(
        "nan_json",
        "experiments { nodes { name trainingLoss nonFiniteMetrics { name recorded } } }",
      );
      expect(study.experiments.nodes.at(-1)).toEqual({
        name: "4bit_r4",
        trainingLoss: null,
        nonFiniteMetrics: [{ name: "training_loss", recorded: "NaN" }],
      });
    });
  });

  describe("a metric", () => {
    test.each([
      "eval_accuracy",
      "mmlu",
      "win_rate",
      "gsm8k",
      "pass_1",
      "eval_mcc",
      "eval_rouge_l",
      "reward",
      "f1_macro",
      "accuracy_score",
      "tokens_per_sec",
    ])("that is better when higher is worse if it falls: %s", async (key) => {
      const study = await cases.study(
        "acc_names",
        `ranks { r degradation(metricKey: "${key}") { percent verdict higherIsBetter } }`,
      );
      expect(rank(study, 8)).toMatchObject({ verdict: "UNACCEPTABLE", higherIsBetter: true });
      expect(rank(study, 8).percent).toBeGreaterThan(5);
    });

    test("with an unknown name is inconclusive until the request states its direction", async () => {
      const study = await cases.study(
        "acc_names",
        `ranks { r degradation(metricKey: "score") { verdict reason higherIsBetter } }
         stated: ranks { degradation(metricKey: "score", higherIsBetter: true) { verdict } }
         recommendation(metricKey: "score") { experiment { name } because }`,
      );
      expect(rank(study, 8)).toMatchObject({ verdict: "INCONCLUSIVE", higherIsBetter: null });
      expect(rank(study, 8).reason).toContain("State it with higherIsBetter");
      expect(study.stated[0].degradation.verdict).toBe("UNACCEPTABLE");
      expect(study.recommendation.experiment).toBeNull();
    });

    test("that is negative has an absolute difference and no percent", async () => {
      const study = await cases.study(
        "neg_metric",
        'ranks { r degradation(metricKey: "log_likelihood") { percent absolute acceptable verdict higherIsBetter reason } }',
      );
      expect(rank(study, 2)).toMatchObject({
        percent: null,
        absolute: expect.closeTo(-0.4, 12) as number,
        acceptable: null,
        verdict: "INCONCLUSIVE",
        higherIsBetter: true,
      });
      expect(rank(study, 2).reason).toContain("is negative");
    });

    test("on both sides of 0 has an absolute difference with an interval, and no percent", async () => {
      const study = await cases.study(
        "near_zero",
        "ranks { r degradation(metric: EVAL_LOSS) { percent absolute absoluteInterval { low high } reason } }",
      );
      expect(rank(study, 8).percent).toBeNull();
      expect(rank(study, 8).absoluteInterval.low).toBeLessThan(rank(study, 8).absolute);
    });

    test("that is 0 for the baseline has no percent, and the reason says so", async () => {
      const study = await cases.study("zero_base", `${RANKS} ${R_STAR}`);
      expect(rank(study, 2)).toMatchObject({ percent: null, absolute: 0.5 });
      expect(study.minimumViableRank.reason).toContain("training_loss of 16bit is 0");
    });
  });

  describe("runs that are no repetitions", () => {
    test.each([
      ["dup_seed_rows", "EVAL_LOSS"],
      ["same_copy_seeds", "TRAINING_LOSS"],
    ])("in %s give a point estimate and a named confound", async (name, metric) => {
      const study = await cases.study(
        name,
        `ranks { r degradation(metric: ${metric}) { certainty interval { low } intervalReason } }
         hypotheses(metric: ${metric}) { id confounds { kind severity } }`,
      );
      expect(rank(study, 8)).toMatchObject({ certainty: "POINT_ESTIMATE", interval: null });
      expect(confound(study, "H3", "PSEUDO_REPLICATES")).toMatchObject({ severity: "HIGH" });
    });

    test("decide neither H1 nor H2 if they are one adapter under two names", async () => {
      const study = await cases.study("same_copy", HYPOTHESES);
      for (const id of ["H1", "H2"]) {
        expect(hypothesis(study, id).verdict).toBe("INCONCLUSIVE");
        expect(confound(study, id, "IDENTICAL_WEIGHTS")).toMatchObject({ severity: "HIGH", ranks: [8] });
      }
    });
  });

  describe("H2", () => {
    test.each(["h2_null_checkpoints", "h2_equal_noise"])("is not supported in %s", async (name) => {
      const study = await cases.study(
        name,
        `${HYPOTHESES} layerSensitivity(rank: 4) { basis score } rankAllocation(rank: 4) { reason }`,
      );
      expect(hypothesis(study, "H2")).toMatchObject({ verdict: "INCONCLUSIVE" });
      expect(study.layerSensitivity[0].basis).toBe("UPDATE_DIVERGENCE");
      expect(study.rankAllocation.reason).toContain("no measure of sensitivity");
    });
  });

  test("one_vs_three: a rank with one run decides nothing where others have intervals", async () => {
    const study = await cases.study(
      "one_vs_three",
      `ranks { r degradation(metric: EVAL_LOSS) { verdict certainty } }
       minimumViableRank(metric: EVAL_LOSS) { rank certainty inconclusiveRanks reason }
       hypotheses(metric: EVAL_LOSS) { id verdict } failureModes(metric: EVAL_LOSS) { kind symptom }
       pooled: minimumViableRank(metric: EVAL_LOSS, interval: POOLED_T) { certainty }
       pooledRanks: ranks { degradation(metric: EVAL_LOSS, interval: POOLED_T) { intervalMethod intervalAssumption holmP test { p } } }`,
    );
    expect(rank(study, 16)).toMatchObject({ verdict: "ACCEPTABLE", certainty: "POINT_ESTIMATE" });
    expect(study.minimumViableRank.rank).toBeNull();
    expect(study.minimumViableRank.inconclusiveRanks).toContain(16);
    expect(hypothesis(study, "H3").verdict).toBe("INCONCLUSIVE");
    expect(failure(study, "NON_MONOTONIC_RANK")).toBeUndefined();
    expect(study.pooled.certainty).toBe("INTERVAL");
    for (const { degradation } of study.pooledRanks) {
      expect(degradation.intervalMethod).toBe("POOLED_T");
      expect(degradation.intervalAssumption).toContain("at every rank and in both configurations");
      if (degradation.test !== null) expect(degradation.holmP).toBeGreaterThanOrEqual(degradation.test.p);
    }
  });

  describe("a recommendation", () => {
    test("is a configuration that fits on average, not its luckiest seed", async () => {
      const study = await cases.study(
        "rec_lucky_seed",
        `recommendation(memoryBudgetMb: 500, maxDegradationPercent: 5) ${RECOMMENDATION}`,
      );
      expect(study.recommendation).toMatchObject({ experiment: null, configuration: null, metric: "eval_loss" });
      const rejected = study.recommendation.alternatives.find(
        ({ configuration }: { configuration: string }) => configuration === "4bit",
      );
      expect(rejected.rejectedBecause).toContain("Its degradation is 9.62 %");
    });

    test("is judged by the evaluation loss if no training loss was recorded", async () => {
      const study = await cases.study("one_vs_three", `recommendation ${RECOMMENDATION}`);
      expect(study.recommendation.metric).toBe("eval_loss");
      expect(study.recommendation.configuration).toMatchObject({ mean: expect.any(Number) as number });
      expect(study.recommendation.because).toContain("eval_loss");
    });

    test("among thousands of runs has an interval and a value without the winner's curse", async () => {
      const study = await cases.study("huge_n", `recommendation ${RECOMMENDATION}`);
      const { configuration, heldOut } = study.recommendation;
      expect(configuration).toMatchObject({ rank: 8, n: 2000 });
      expect(configuration.interval.high - configuration.interval.low).toBeLessThan(0.01);
      expect(heldOut.seeds).toBe(2000);
      expect(study.recommendation.alternatives).toHaveLength(1);
    });
  });

  describe("the training loss", () => {
    test("is a confound if there is no other loss", async () => {
      const study = await cases.study("train_only", HYPOTHESES);
      expect(confound(study, "H3", "TRAINING_LOSS_ONLY")).toMatchObject({ ranks: [2, 4] });
    });

    test("decides nothing that the evaluation loss contradicts", async () => {
      const study = await cases.study(
        "train_ok_eval_bad",
        `${HYPOTHESES} byEvaluation: hypotheses(metric: EVAL_LOSS) { id verdict }`,
      );
      expect(hypothesis(study, "H3").verdict).toBe("INCONCLUSIVE");
      expect(hypothesis(study, "H3").because).toContain("lead to different conclusions");
      expect(confound(study, "H3", "LOSSES_DISAGREE").severity).toBe("HIGH");
      expect(study.byEvaluation[2].verdict).toBe("REJECTED");
    });
  });

  describe("messages", () => {
    test("name a missing baseline", async () => {
      const study = await cases.study("no_base", `${HYPOTHESES} ${R_STAR}`);
      expect(study.minimumViableRank.reason).toContain("no two configurations");
      expect(confound(study, "H1", "WEIGHTS_MISSING").message).toContain("there are no two configurations to compare");
    });

    test("call one failing rank no rejection", async () => {
      const study = await cases.study("one_rank_fail", HYPOTHESES);
      expect(hypothesis(study, "H3").verdict).toBe("INCONCLUSIVE");
      expect(hypothesis(study, "H3").because).toContain("No minimum rank was found up to r = 8");
    });

    test("do not call an improvement a degradation", async () => {
      const study = await cases.study(
        "cand_better",
        "failureModes(twoSided: true) { kind } minimumViableRank(twoSided: true) { reason }",
      );
      expect(failure(study, "INSUFFICIENT_RANK")).toBeUndefined();
      expect(study.minimumViableRank.reason).toContain("improves");
    });

    test("name a failing rank above an acceptable one", async () => {
      const study = await cases.study("nonmono", FAILURES);
      expect(failure(study, "INSUFFICIENT_RANK").cause).toContain("too few directions are not the cause");
      expect(failure(study, "NON_MONOTONIC_RANK").symptom).toContain("r = 4, 16");
    });

    test("name the direction in which the step size changes", async () => {
      const study = await cases.study("alpha_grows", HYPOTHESES);
      expect(confound(study, "H3", "RANK_AND_STEP_SCALE").message).toContain("A larger rank also took larger steps");
    });

    test("name the configuration that has one run", async () => {
      const study = await cases.study("n1_vs_n3", "hypotheses(metric: EVAL_LOSS) { id confounds { kind message } }");
      expect(confound(study, "H3", "SINGLE_SEED").message).toContain("4bit has a single independent run with");
    });

    test("name a rank without a value", async () => {
      const study = await cases.study(
        "largest_missing",
        "minimumViableRank(metric: EVAL_LOSS) { rank bound testedRanks reason }",
      );
      expect(study.minimumViableRank).toMatchObject({ rank: 2, bound: "AT_MOST", testedRanks: [2, 4] });
      expect(study.minimumViableRank.reason).toContain(
        "r = 8 was not judged: No run of 4bit at this rank has eval_loss.",
      );
    });

    test("state why two seeds are not bootstrapped", async () => {
      const study = await cases.study(
        "boot_n2",
        "ranks { r degradation(metric: EVAL_LOSS, interval: BOOTSTRAP_BCA) { intervalMethod intervalReason } }",
      );
      expect(rank(study, 8).intervalMethod).toBe("WELCH_T");
      expect(rank(study, 8).intervalReason).toContain("67 %");
    });
  });

  describe("ordinary studies", () => {
    test.each([
      ["lora8_qlora16", "H3", "NOT_TESTED"],
      ["one_rank", "H3", "PARTIALLY_SUPPORTED"],
      ["three_q", "H3", "PARTIALLY_SUPPORTED"],
    ])("%s: %s is %s", async (name, id, verdict) => {
      const study = await cases.study(name, HYPOTHESES);
      expect(hypothesis(study, id).verdict).toBe(verdict);
    });

    test.each([
      ["diff_alpha", "UNEQUAL_SCALING"],
      ["diff_targets", "DIFFERENT_TARGETS"],
      ["disjoint_targets", "DIFFERENT_TARGETS"],
      ["dora", "DORA_DIRECTION_ONLY"],
    ])("%s has the confound %s", async (name, kind) => {
      const study = await cases.study(name, HYPOTHESES);
      expect(confound(study, "H1", kind)).toBeDefined();
    });

    test.each([
      ["rslora", [5.65685424949238]],
      ["alpha_pattern", [2, 4, 8]],
    ])("%s has the scalings of its layers", async (name, scalings) => {
      const study = await cases.study(name, "experiments { nodes { layers { scaling } } }");
      const found = study.experiments.nodes[0].layers.map(({ scaling }: { scaling: number }) => scaling);
      expect([...new Set<number>(found)].sort((left, right) => left - right)).toEqual(scalings);
    });

    test("rank_mismatch is named at import", () => {
      expect(cases.findings("rank_mismatch").join("\n")).toMatch(/RANK|rank/);
    });
  });
});
