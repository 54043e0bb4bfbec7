import { ArgsType, Field, Float } from "type-graphql";
import { ServedForm } from "../../model/enums/behaviour.js";
import { waitSecondsArg } from "../arguments.js";

/** Arguments of fields that run models on an evaluation set. */
@ArgsType()
export class BehaviourArguments {
  @Field(() => String, {
    description: "Name of a registered evaluation set. Another name is an error (EVALUATION_SET_NOT_FOUND).",
  })
  on!: string;

  @Field(() => ServedForm, {
    defaultValue: ServedForm.SEPARATE,
    description: "How the adapters are served. Merging and quantizing again change predictions: compare the forms.",
  })
  form!: ServedForm;

  @Field(() => Float, { nullable: true, description: waitSecondsArg.description })
  waitSeconds?: number | null;

  @Field(() => Float, { defaultValue: 0.95, description: "Confidence level of the intervals, 0.5 to 0.999." })
  confidence!: number;
}
