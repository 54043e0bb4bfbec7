-- CreateTable
CREATE TABLE "base_model" (
    "id" UUID NOT NULL,
    "names" TEXT[],
    "keys" TEXT[],
    "architecture" TEXT NOT NULL,
    "layers" INTEGER NOT NULL,
    "hidden_size" INTEGER NOT NULL,
    "vocabulary_size" INTEGER NOT NULL,
    "positions" INTEGER NOT NULL,
    "parameters" BIGINT NOT NULL,
    "dtypes" TEXT[],
    "bytes" BIGINT NOT NULL,
    "folder" TEXT NOT NULL,
    "files" JSONB NOT NULL,
    "config_hash" TEXT NOT NULL,
    "has_tokenizer" BOOLEAN NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "base_model_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "base_model_folder_key" ON "base_model"("folder");

-- CreateIndex
CREATE UNIQUE INDEX "base_model_hash_key" ON "base_model"("hash");

-- CreateIndex
CREATE INDEX "base_model_created_at_id_idx" ON "base_model"("created_at", "id");

-- Visible if its name occurs in the base model of a visible study ("study" below has the rows of its own policy). The program
-- compares names exactly (src/model/base-model-name.ts), which SQL cannot; a key is always a part of the lower-case name.
GRANT SELECT ON "base_model" TO "rankscope_limited";
ALTER TABLE "base_model" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "limited" ON "base_model" TO "rankscope_limited" USING (EXISTS (
  SELECT FROM "study", unnest("base_model"."keys") AS "named" ("key")
  WHERE strpos(lower("study"."base_model"), "named"."key") > 0));
