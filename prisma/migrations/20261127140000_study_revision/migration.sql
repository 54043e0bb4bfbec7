-- AlterTable
ALTER TABLE "study" ADD COLUMN     "revision" UUID NOT NULL DEFAULT gen_random_uuid();

-- Requests of tokens for some studies change their studies too.
GRANT UPDATE ("revision") ON "study" TO "rankscope_limited";
