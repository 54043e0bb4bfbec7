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
  PRECOMPUTE_REQUESTED: "The computation of all results from the weights of a study was requested.",
  MODEL_REGISTERED: "A base model was registered, or gained a name or another folder.",
  MODEL_REMOVED: "The registration of a base model was removed.",
  EVALUATION_SET_REGISTERED: "An evaluation set was registered, or its items, its file or its studies were changed.",
  EVALUATION_SET_REMOVED: "The registration of an evaluation set was removed.",
  BACKED_UP: "A backup was begun.",
  RESTORED: "All stored data was replaced by a backup. Earlier entries are those of the backup.",
  DOWNLOADED: "A file was downloaded from /export.",
  JOB_CANCELLED: "A job was cancelled by a client.",
  TOKEN_CREATED: "An access token was created.",
  TOKEN_CHANGED: "The limit of requests of an access token was changed.",
  TOKEN_REVOKED: "An access token was revoked.",
  SIGNED_IN: "A page signed in with a token.",
  SIGNED_OUT: "A page signed out.",
  SIGN_IN_FAILED:
    "Requests with invalid credentials were refused: one entry per address and minute, with their number.",
});
export type AuditAction = EnumValue<typeof AuditAction>;
