-- AlterTable
ALTER TABLE "access_token" ADD COLUMN     "import_roots" TEXT[] DEFAULT ARRAY[]::TEXT[];
