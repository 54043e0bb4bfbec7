import { expect, test } from "vitest";
import { ROLES } from "#src/graphql/access/principal.js";
import { definitionOf } from "#src/model/enums/define-enum.js";
import { JobStatus } from "#src/model/enums/job.js";
import { Method, MetricName } from "#src/model/enums/run.js";
import * as stored from "#src/store/generated/enums.js";

test("the stored enums have the values of the model's enums", () => {
  expect(stored.Method).toEqual(Method);
  expect(stored.JobStatus).toEqual(JobStatus);
  expect(Object.keys(stored.Role)).toEqual(ROLES.map((role) => role.toUpperCase()));
});

test("an enum lists only its values and has a description", () => {
  expect(Object.keys(JobStatus)).toEqual(["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]);
  expect(definitionOf(JobStatus)).toMatchObject({ name: "JobStatus", values: { QUEUED: expect.any(String) } });
});

test("a mapped enum maps GraphQL names to internal values", () => {
  expect(MetricName.TRAINING_LOSS).toBe("training_loss");
  expect(Object.keys(definitionOf(MetricName).values)).toEqual(Object.keys(MetricName));
});
