export interface ErrorMessageProps {
  readonly error: Error;
  readonly onRetry: () => void;
}

/** An error message with a Retry button. */
export function ErrorMessage({ error, onRetry }: ErrorMessageProps) {
  return (
    <div className="failure" role="alert">
      <p>{error.message}</p>
      <button type="button" onClick={onRetry}>
        Retry
      </button>
    </div>
  );
}
