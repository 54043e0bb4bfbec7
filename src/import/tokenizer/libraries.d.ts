// What Rankscope uses of two libraries. TypeScript cannot resolve their own declarations, whose imports lack the files' endings.

declare module "@huggingface/tokenizers" {
  export class Tokenizer {
    /** @param file content of tokenizer.json @param config content of tokenizer_config.json */
    constructor(file: object, config: object);
    readonly decoder: Decoder | null;
    /** An id is undefined for a token outside the vocabulary if there is no unknown token. */
    encode(
      text: string,
      options: { readonly add_special_tokens: boolean },
    ): { readonly ids: readonly (number | undefined)[] };
    decode(ids: readonly number[], options: { readonly clean_up_tokenization_spaces: boolean }): string;
    id_to_token(id: number): string | undefined;
  }

  export interface Decoder {
    readonly config: { readonly type?: string };
    /** Steps of a sequence. */
    readonly decoders?: readonly Decoder[];
    /** Options of a decoder of bytes. */
    text_decoder?: TextDecoder;
  }
}

declare module "@huggingface/jinja" {
  /** The names that a template sees. */
  export class Environment {
    set(name: string, value: unknown): void;
  }

  export class Interpreter {
    constructor(environment: Environment);
    run(program: Program): { readonly value: unknown };
  }

  export interface Program {
    readonly type: "Program";
  }

  /** @throws Error */
  export function tokenize(
    template: string,
    options: { readonly lstrip_blocks: boolean; readonly trim_blocks: boolean },
  ): readonly object[];
  /** @throws Error */
  export function parse(tokens: readonly object[]): Program;
}
