import { useEffect, useId, useRef, useState } from "react";

/** Milliseconds without a key before what was typed counts. */
const PAUSE = 250;

export interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: "search" | "number";
  readonly placeholder?: string;
  /** What has been seen and may be meant. */
  readonly suggestions?: readonly string[];
}

/** A field whose value counts when typing pauses. */
export function TextField({ label, value, onChange, type = "search", placeholder, suggestions }: TextFieldProps) {
  const [id, list] = [useId(), useId()];
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    // What came by other ways (back, a reset) replaces what was typed.
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = text;
      onChange(text);
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        step={type === "number" ? "any" : undefined}
        value={text}
        placeholder={placeholder}
        autoComplete="off"
        list={suggestions !== undefined ? list : undefined}
        onChange={({ target }) => setText(target.value)}
      />
      {suggestions !== undefined && (
        <datalist id={list}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
      )}
    </div>
  );
}
