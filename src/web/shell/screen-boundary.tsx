import { Component } from 'react';
import { Failure } from '../shared/feedback.tsx';

interface Props {
  readonly children: React.ReactNode;
}

/** Keeps menu and state of the network on screen when a screen fails. */
export class ScreenBoundary extends Component<Props, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): React.ReactNode {
    if (this.state.error === null) return this.props.children;
    return <Failure error={this.state.error} retry={() => this.setState({ error: null })} />;
  }
}
