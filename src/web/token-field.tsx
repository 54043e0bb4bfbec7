import { useState, type FormEvent } from "react";
import { isToken } from "./bearer-token.js";

interface TokenFieldProps {
  /** The current token, or an empty string. */
  readonly token: string;
  readonly onChange: (token: string) => void;
}

/** The form for the bearer token of this page's requests and subscriptions. */
export function TokenField({ token, onChange }: TokenFieldProps) {
  const [text, setText] = useState("");
  const [isInvalid, setInvalid] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A token copied from a header or a shell often includes the scheme or a line break.
    const given = text.trim().replace(/^bearer\s+/i, "");
    setInvalid(!isToken(given));
    if (!isToken(given)) return;
    setText("");
    onChange(given);
  };
  return (
    <form className="token" onSubmit={submit}>
      <label htmlFor="token">Bearer token</label>
      {token === "" ? (
        <>
          <input
            id="token"
            type="password"
            autoComplete="off"
            spellCheck={false}
            placeholder="None: requests are sent without a token"
            aria-invalid={isInvalid}
            aria-describedby="token-state"
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
          <button type="submit">Use</button>
        </>
      ) : (
        <>
          <output id="token">{`in use, ending in ${token.slice(-4)}`}</output>
          <button type="button" onClick={() => onChange("")}>
            Clear
          </button>
        </>
      )}
      <span id="token-state" role="note">
        {isInvalid
          ? "A token contains only letters, digits and the characters - . _ ~ + / =."
          : "The token is sent with every request and deleted when this tab closes."}
      </span>
    </form>
  );
}
