export interface FailureProps {
  readonly error: Error;
  readonly onRetry: () => void;
}

/** What went wrong, in the server's words, and another try. */
export function Failure({ error, onRetry }: FailureProps) {
  return (
    <div className="failure" role="alert">
      <p>{error.message}</p>
      <button type="button" onClick={onRetry}>
        Retry
      </button>
    </div>
  );
}
