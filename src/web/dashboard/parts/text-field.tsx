import { useEffect, useId, useRef, useState } from "react";

/** Pause in typing, in milliseconds, after which the text is reported. */
const DEBOUNCE_MILLISECONDS = 250;

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: "search" | "number";
  readonly placeholder?: string;
  /** Suggestions for auto-completion. */
  readonly suggestions?: readonly string[];
}

/** A labelled text field that calls `onChange` when typing pauses. */
export function TextField({ label, value, onChange, type = "search", placeholder, suggestions }: TextFieldProps) {
  const id = useId();
  const list = useId();
  const [text, setText] = useState(value);
  const reported = useRef(value);
  useEffect(() => {
    // A value from elsewhere (the Back button, a reset) replaces the typed text.
    if (value !== reported.current) {
      reported.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === reported.current) return undefined;
    const timer = setTimeout(() => {
      reported.current = text;
      onChange(text);
    }, DEBOUNCE_MILLISECONDS);
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
