import { defineEnum, type EnumValue } from "./define-enum.js";

export const Method = defineEnum("Method", "The training method of an adapter. Q stands for a quantized base model.", {
  LORA: "LoRA: dW = s B A, with base weights of more than 8 bits.",
  QLORA: "LoRA with base weights of 8 bits or fewer (arXiv 2305.14314).",
  DORA: "DoRA: separate magnitude and direction (arXiv 2402.09353), with base weights of more than 8 bits.",
  QDORA: "DoRA with base weights of 8 bits or fewer.",
  UNKNOWN: "The method is in neither the configuration, the tables nor the name of the run.",
});
export type Method = EnumValue<typeof Method>;
