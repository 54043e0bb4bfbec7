import { Environment, Interpreter, parse, tokenize, type Program } from "@huggingface/jinja";
import { failure } from "../../errors.js";
import { quoteText } from "../findings.js";
import { MAX_CHAT_TEMPLATE_CHARACTERS } from "../limits.js";

/** A message of a conversation. Templates read other members too, such as a name or a reasoning. */
export interface Message {
  readonly role: string;
  readonly content: string;
  readonly [member: string]: unknown;
}

/** Writes conversations as a chat template says. */
export interface ChatTemplate {
  /**
   * @param addGenerationPrompt whether the text ends with the beginning of an answer
   * @throws CHAT_TEMPLATE_INVALID also where the template itself refuses the conversation
   */
  render(messages: readonly Message[], addGenerationPrompt: boolean): string;
}

/**
 * Finds the chat template of a tokenizer: chat_template.jinja, or the member of tokenizer_config.json, which is a text or a list
 * of named templates.
 *
 * @param file content of chat_template.jinja; undefined if there is none
 * @returns undefined if the tokenizer has no template
 * @throws CHAT_TEMPLATE_INVALID
 */
export function createChatTemplate(
  file: string | undefined,
  config: Readonly<Record<string, unknown>>,
  where: string,
): ChatTemplate | undefined {
  const source = file ?? templateOf(config["chat_template"], where);
  if (source === undefined) return undefined;
  if (source.length > MAX_CHAT_TEMPLATE_CHARACTERS) {
    const allowed = `${MAX_CHAT_TEMPLATE_CHARACTERS} characters`;
    throw failure("CHAT_TEMPLATE_INVALID", { where, received: `${source.length} characters`, allowed });
  }
  const invalid = (cause: unknown) =>
    failure("CHAT_TEMPLATE_INVALID", { where, received: quoteText((cause as Error).message), cause });
  let program: Program;
  try {
    program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  } catch (cause) {
    throw invalid(cause);
  }
  const tokens = specialTokens(config);
  return {
    render(messages, addGenerationPrompt) {
      try {
        const environment = createEnvironment({ ...tokens, messages, add_generation_prompt: addGenerationPrompt });
        return String(new Interpreter(environment).run(program).value);
      } catch (cause) {
        throw invalid(cause);
      }
    },
  };
}

/** @throws CHAT_TEMPLATE_INVALID */
function templateOf(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  const named = (Array.isArray(value) ? value : []) as ({ name?: unknown; template?: unknown } | null)[];
  const template = named.find((entry) => entry?.name === "default")?.template;
  if (typeof template === "string") return template;
  const received = "a chat_template that is neither a text nor a list with a default";
  throw failure("CHAT_TEMPLATE_INVALID", { where, received });
}

/** Names that templates use for special tokens: SPECIAL_TOKENS_ATTRIBUTES of transformers. */
const SPECIAL_TOKENS = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"].map((name) => `${name}_token`);

/** Returns the special tokens that the configuration names, as a text or as an object with its content. */
function specialTokens(config: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    SPECIAL_TOKENS.flatMap((name) => {
      const token = config[name] as string | { readonly content?: unknown } | null | undefined;
      const content = typeof token === "object" ? token?.content : token;
      return typeof content === "string" ? [[name, content]] : [];
    }),
  );
}

/** Returns the names that a template sees. It has no clock, which transformers offers: equal items must have equal tokens. */
function createEnvironment(values: Readonly<Record<string, unknown>>): Environment {
  const environment = new Environment();
  const globals = {
    false: false,
    true: true,
    none: null,
    False: false,
    True: true,
    None: null,
    raise_exception(message: unknown) {
      throw new Error(String(message));
    },
    range,
  };
  for (const [name, value] of Object.entries({ ...globals, ...values })) environment.set(name, value);
  return environment;
}

/** Python's range. A long one exceeds the thread's memory or time, as any other loop does. */
function range(start: number, stop?: number, step = 1): number[] {
  const [first, last] = stop === undefined ? [0, start] : [start, stop];
  if (step === 0) throw new Error("range() with a step of 0");
  return Array.from({ length: Math.max(0, Math.ceil((last - first) / step)) }, (_, i) => first + i * step);
}
