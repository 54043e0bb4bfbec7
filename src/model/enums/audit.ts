import { defineEnum, type EnumValue } from "./define-enum.js";

export const AuditAction = defineEnum("AuditAction", "An action that the audit log records.", {
  STUDY_UPDATED: "Name, notes, tags, archiving or metric directions of a study were changed.",
  STUDY_DELETED: "A study was deleted; it can be restored until the grace period ends.",
  STUDY_RESTORED: "A deleted study was restored.",
  STUDY_REMOVED: "The rows of a deleted study were removed after the grace period.",
  EXPERIMENT_DELETED: "A run was deleted; it can be restored until the grace period ends.",
  EXPERIMENT_RESTORED: "A deleted run was restored, or imports may add it again.",
  EXPERIMENT_REMOVED: "The rows of a deleted run were removed after the grace period.",
  EXPERIMENT_UPDATED: "Settings of a run were stated or withdrawn.",
  IMPORTED: "An import stored a study.",
  DOWNLOADED: "A file was downloaded from /export.",
  JOB_CANCELLED: "A job was cancelled by a client.",
  TOKEN_CREATED: "An access token was created.",
  TOKEN_REVOKED: "An access token was revoked.",
  SIGNED_IN: "A page signed in with a token.",
  SIGNED_OUT: "A page signed out.",
  SIGN_IN_FAILED:
    "Requests with invalid credentials were refused: one entry per address and minute, with their number.",
});
export type AuditAction = EnumValue<typeof AuditAction>;
