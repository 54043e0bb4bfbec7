import { registerEnumType } from "type-graphql";
import { AcceptanceVerdict, HypothesisVerdict, RankBound, RuleSet, Severity } from "../model/enums/verdict.js";
import { definitionOf } from "../model/enums/define-enum.js";
import { ConfoundKind } from "../derive/confounds/confounds.js";
import { FailureKind } from "../derive/failure-modes/failure-modes.js";
import { AuditAction } from "../model/enums/audit.js";
import { PlotTheme, ReportFormat, TableFormat, TableKind } from "../model/enums/export.js";
import { BehaviourStatus, PromptTokens, ServedForm } from "../model/enums/behaviour.js";
import { FindingSeverity, JobStatus } from "../model/enums/job.js";
import { IntervalChoice, IntervalMethod, TrendModel, VerdictCertainty } from "../model/enums/statistics.js";
import { Direction, ExperimentOrderField, GroupDimension, StudyOrderField } from "../model/enums/list-order.js";
import { DirectionSource } from "../model/enums/direction-source.js";
import { Better, Method, MetricName, MetricPoint } from "../model/enums/run.js";
import { Certainty } from "../model/enums/setting.js";
import { FlipDirection, ItemIdentity, PairedIntervalMethod } from "../model/enums/prediction.js";
import { PlotKind } from "../plots/plot-kinds.js";
import { SensitivityBasis } from "../model/enums/sensitivity.js";
import { LayerOrder, Scaling, SimilarityMeasure, UndefinedReason } from "../model/enums/similarity.js";

/** Every enum of the schema. */
const ENUMS = [
  AcceptanceVerdict,
  AuditAction,
  BehaviourStatus,
  Better,
  DirectionSource,
  Certainty,
  ConfoundKind,
  Direction,
  ExperimentOrderField,
  FailureKind,
  FindingSeverity,
  FlipDirection,
  GroupDimension,
  HypothesisVerdict,
  IntervalChoice,
  IntervalMethod,
  ItemIdentity,
  JobStatus,
  LayerOrder,
  Method,
  MetricName,
  MetricPoint,
  PairedIntervalMethod,
  PlotKind,
  PlotTheme,
  PromptTokens,
  RankBound,
  ReportFormat,
  RuleSet,
  Scaling,
  SensitivityBasis,
  ServedForm,
  Severity,
  SimilarityMeasure,
  StudyOrderField,
  TableFormat,
  TableKind,
  TrendModel,
  UndefinedReason,
  VerdictCertainty,
];

/** Registers the enums of the model with type-graphql, with their names and descriptions. */
export function registerEnums(): void {
  for (const definedEnum of ENUMS) {
    const { name, description, values } = definitionOf(definedEnum);
    const valuesConfig = Object.fromEntries(
      Object.entries(values).map(([value, text]) => [value, { description: text }]),
    );
    registerEnumType<object>(definedEnum, { name, description, valuesConfig });
  }
}
