import { Component, type ReactNode } from "react";
import { Failure } from "./failure.js";

export interface PanelBoundaryProps {
  readonly children: ReactNode;
  /** What is shown: another one is tried, whatever became of the last. */
  readonly of?: unknown;
  /** Asks again before the content is tried once more. */
  readonly onRetry: () => void;
}

/** Keeps a panel that cannot be shown from taking the page with it. */
export class PanelBoundary extends Component<PanelBoundaryProps, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidUpdate({ of }: PanelBoundaryProps) {
    if (of !== this.props.of && this.state.error !== null) this.setState({ error: null });
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const retry = () => {
      this.props.onRetry();
      this.setState({ error: null });
    };
    return <Failure error={error} onRetry={retry} />;
  }
}
