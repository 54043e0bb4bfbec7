import { Component, type ReactNode } from "react";

interface ErrorMessageProps {
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

interface ErrorBoundaryProps {
  readonly children: ReactNode;
  /** The rendered data. A new value clears the error of the previous one. */
  readonly resetKey?: unknown;
  /** Called before the children are rendered again. */
  readonly onRetry: () => void;
}

/** Shows an error in place of children that throw, so that the rest of the page stays visible. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidUpdate({ resetKey }: ErrorBoundaryProps) {
    if (resetKey !== this.props.resetKey && this.state.error !== null) this.setState({ error: null });
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const retry = () => {
      this.props.onRetry();
      this.setState({ error: null });
    };
    return <ErrorMessage error={error} onRetry={retry} />;
  }
}
