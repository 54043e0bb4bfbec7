const ENDPOINT = "/session";

/** The server requires a token and the page has no valid session. */
export class SignInRequiredError extends Error {
  constructor() {
    super("Sign in to view this page.");
    this.name = "SignInRequiredError";
  }
}

/** The session of the page. */
interface Session {
  readonly role: string;
  /** Whether the server requires a token, so that signing out is possible. */
  readonly needsToken: boolean;
}

/** Returns the session of the page. @throws SignInRequiredError without a valid session */
export async function readSession(signal: AbortSignal): Promise<Session> {
  const response = await fetch(ENDPOINT, { signal });
  if (response.status === 401) throw new SignInRequiredError();
  return (await response.json()) as Session;
}

/**
 * Exchanges a token for a session cookie, which scripts cannot read.
 *
 * @throws if the token is not valid or the server cannot be reached
 */
export async function signIn(token: string): Promise<void> {
  const response = await fetch(ENDPOINT, { method: "POST", headers: { authorization: `Bearer ${token}` } }).catch(
    (cause: unknown) => {
      throw new Error("The server cannot be reached, or the token contains invalid characters.", { cause });
    },
  );
  if (response.status === 401) {
    throw new Error("This token is not valid. It may be incomplete, expired or revoked.");
  }
  if (!response.ok) throw new Error(`The server returned status ${response.status}.`);
}

/** Deletes the session cookie. @throws if the server cannot be reached, or with its message if it refuses */
export async function signOut(): Promise<void> {
  const response = await fetch(ENDPOINT, { method: "DELETE" }).catch((cause: unknown) => {
    throw new Error("The server cannot be reached. Check that it is running, then try again.", { cause });
  });
  if (response.ok) return;
  const { errors } = (await response.json().catch(() => ({}))) as { errors?: readonly { readonly message: string }[] };
  throw new Error(errors?.[0]?.message ?? `The server returned status ${response.status}. Try again.`);
}
