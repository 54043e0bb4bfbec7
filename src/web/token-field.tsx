import { useState, type FormEvent } from "react";
import { isToken } from "./bearer-token.js";

export interface TokenFieldProps {
  /** The token in use; empty where there is none. */
  readonly token: string;
  readonly onChange: (token: string) => void;
}

/** Takes the bearer token that requests and subscriptions of this page are sent with. */
export function TokenField({ token, onChange }: TokenFieldProps) {
  const [text, setText] = useState("");
  const [isRefused, setRefused] = useState(false);
  const use = (event: FormEvent) => {
    event.preventDefault();
    // Copied from a header or a shell, it often comes with its scheme or a line's end.
    const given = text.trim().replace(/^bearer\s+/i, "");
    setRefused(!isToken(given));
    if (!isToken(given)) return;
    setText("");
    onChange(given);
  };
  return (
    <form className="token" onSubmit={use}>
      <label htmlFor="token">Bearer token</label>
      {token === "" ? (
        <>
          <input
            id="token"
            type="password"
            autoComplete="off"
            spellCheck={false}
            placeholder="none: requests are sent without one"
            aria-invalid={isRefused}
            aria-describedby="token-state"
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
          <button type="submit">Use</button>
        </>
      ) : (
        <>
          <output id="token">{`in use (ends with ${token.slice(-4)})`}</output>
          <button type="button" onClick={() => onChange("")}>
            Clear
          </button>
        </>
      )}
      <span id="token-state" role="note">
        {isRefused
          ? "A token has letters, digits and - . _ ~ + / = only."
          : "Sent with every request; forgotten when this tab closes."}
      </span>
    </form>
  );
}
