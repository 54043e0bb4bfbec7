import { Component, type ReactNode } from "react";
import { Failure } from "./failure.js";

export interface PanelBoundaryProps {
  readonly children: ReactNode;
  /** Asks again before the content is tried once more. */
  readonly onRetry: () => void;
}

/** Keeps a panel that cannot be shown from taking the page with it. */
export class PanelBoundary extends Component<PanelBoundaryProps, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
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
