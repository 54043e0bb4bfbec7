const ENDPOINT = "/session";

/** The server answers nobody without a token: the page must sign in. */
export class SignInNeeded extends Error {
  constructor() {
    super("Sign in to see this.");
    this.name = "SignInNeeded";
  }
}

/** Who the page asks as, as far as it shows it. */
export interface Session {
  readonly role: string;
  /** Whether it is by a token, which can be signed out. */
  readonly needsToken: boolean;
}

/** Who the page asks as. @throws SignInNeeded */
export async function readSession(signal: AbortSignal): Promise<Session> {
  const response = await fetch(ENDPOINT, { signal });
  if (response.status === 401) throw new SignInNeeded();
  return (await response.json()) as Session;
}

/**
 * Exchanges a token for a cookie that the page cannot read.
 *
 * @throws what the server says where the token is not valid
 */
export async function signIn(token: string): Promise<void> {
  const response = await fetch(ENDPOINT, { method: "POST", headers: { authorization: `Bearer ${token}` } }).catch(
    (cause: unknown) => {
      throw new Error("The server does not answer, or the token has characters that none has.", { cause });
    },
  );
  if (response.status === 401) {
    throw new Error("This token is not valid, or not any more. Check that you have copied all of it.");
  }
  if (!response.ok) throw new Error(`The server answered with status ${response.status}.`);
}

/** Takes the cookie away. @throws where the server does not answer, or what it says where it does not do so */
export async function signOut(): Promise<void> {
  const response = await fetch(ENDPOINT, { method: "DELETE" }).catch((cause: unknown) => {
    throw new Error("The server does not answer. Check that it runs, then try again.", { cause });
  });
  if (response.ok) return;
  const { errors } = (await response.json().catch(() => ({}))) as { errors?: readonly { readonly message: string }[] };
  throw new Error(errors?.[0]?.message ?? `The server answered with status ${response.status}. Try again.`);
}
