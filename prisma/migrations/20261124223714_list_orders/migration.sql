-- CreateIndex
CREATE INDEX "metric_name_value_experiment_id_idx" ON "metric"("name", "value", "experiment_id");

-- CreateIndex
CREATE INDEX "study_updated_at_id_idx" ON "study"("updated_at", "id");

-- CreateIndex
CREATE INDEX "study_name_id_idx" ON "study"("name", "id");
