-- AlterTable
ALTER TABLE "experiment" ADD COLUMN     "imported" JSONB;

-- AlterTable
ALTER TABLE "experiment_setting" ADD COLUMN     "imported" JSONB,
ADD COLUMN     "stated_at" TIMESTAMPTZ(3),
ADD COLUMN     "stated_by" TEXT;

-- AlterTable
ALTER TABLE "study" ADD COLUMN     "metric_directions" JSONB NOT NULL DEFAULT '{}';

-- CreateIndex
CREATE INDEX "experiment_setting_field_experiment_id_idx" ON "experiment_setting"("field", "experiment_id");

-- What requests of limited principals themselves change (updateExperiment, updateStudy), besides tags. The policies restrict
-- the rows to those of their studies.
GRANT UPDATE ("name", "metric_directions", "updated_at") ON "study" TO "rankscope_limited";
GRANT UPDATE ("method", "quantization_label", "quantization_bits", "quantization_scheme", "seed", "num_samples", "imported")
  ON "experiment" TO "rankscope_limited";
GRANT INSERT, UPDATE, DELETE ON "experiment_setting" TO "rankscope_limited";
