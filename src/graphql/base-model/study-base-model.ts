import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from "type-graphql";
import { matchBaseModel, type BaseModelMatch } from "../../derive/base-models/match-base-model.js";
import { baseModelName } from "../../model/base-model-name.js";
import type { StoredBaseModel } from "../../store/base-models.js";
import type { Study } from "../../store/studies/studies.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { StudyType } from "../study/study-type.js";
import { BaseModelType } from "./base-model-type.js";

@ObjectType({ description: "The files of a study's base model.", simpleResolvers: true })
class StudyBaseModel {
  @Field(() => BaseModelType, {
    nullable: true,
    description:
      "The registered model that the study's adapters name, compared without organisation, quantization suffix and letter case; null if there is none, or if it is ambiguous (see `reason`).",
  })
  model!: object | null;

  @Field(() => String, {
    nullable: true,
    description: "Why there is no model, and what to do, in one sentence; null if there is one.",
  })
  reason!: string | null;
}

@Resolver(() => StudyType)
export class StudyBaseModelResolver {
  @Costs({ points: 10 })
  @FieldResolver(() => StudyBaseModel, {
    description: "The registered files of the study's base model, or what to do to register them.",
  })
  async baseModelFiles(
    @Root() { baseModel }: Study,
    @Ctx() { loaders }: Context,
  ): Promise<BaseModelMatch<StoredBaseModel>> {
    const models = baseModel === null ? [] : await loaders.baseModels.load(baseModelName(baseModel).model);
    return matchBaseModel(baseModel, models);
  }
}
