import { Field, Float, ID, Int, ObjectType } from "type-graphql";

@ObjectType({ description: "A file of a base model.", simpleResolvers: true })
class BaseModelFile {
  @Field(() => String, { description: "Name in the model's folder: `model-00001-of-00002.safetensors`." })
  name!: string;

  @Field(() => Float, { description: "Bytes." })
  size!: number;

  @Field(() => String, { description: "SHA-256 of the file, hexadecimal." })
  hash!: string;
}

@ObjectType("BaseModel", {
  description: "A registered base model: its files are read in place, and nothing is copied or converted.",
  simpleResolvers: true,
})
export class BaseModelType {
  @Field(() => ID, { description: "Id, which stays the same when the same files are registered again." })
  id!: string;

  @Field(() => [String], { description: "Names under which it was registered, the newest last: `Qwen/Qwen2.5-0.5B`." })
  names!: readonly string[];

  @Field(() => String, { description: "Architecture: `model_type` of config.json." })
  architecture!: string;

  @Field(() => Int, { description: "Number of layers (transformer blocks)." })
  layers!: number;

  @Field(() => Int, { description: "Size of the hidden states." })
  hiddenSize!: number;

  @Field(() => Int, { description: "Number of tokens of the vocabulary." })
  vocabularySize!: number;

  @Field(() => Int, { description: "Maximum length of a sequence, in tokens." })
  positions!: number;

  @Field(() => Float, { description: "Number of stored weights that the model uses. Tied matrices count once." })
  parameters!: number;

  @Field(() => [String], { description: "Dtypes of the weights: F32, F16, BF16." })
  dtypes!: readonly string[];

  @Field(() => Float, { description: "Size of all files, in bytes." })
  bytes!: number;

  @Field(() => Boolean, { description: "Whether the folder has a tokenizer.json." })
  hasTokenizer!: boolean;

  @Field(() => String, { description: "SHA-256 of config.json, hexadecimal." })
  configHash!: string;

  @Field(() => String, { description: "SHA-256 of the hashes of all files, hexadecimal. Copies of a model share it." })
  hash!: string;

  @Field(() => [BaseModelFile], { description: "Configuration, weights and tokenizer, by name." })
  files!: readonly BaseModelFile[];

  @Field(() => Date, { description: "Time of the first registration." })
  createdAt!: Date;

  @Field(() => Date, { description: "Time of the last registration." })
  updatedAt!: Date;
}
