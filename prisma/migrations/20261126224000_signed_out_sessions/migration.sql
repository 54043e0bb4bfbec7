-- CreateTable
CREATE TABLE "signed_out_session" (
    "id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "signed_out_session_pkey" PRIMARY KEY ("id")
);
