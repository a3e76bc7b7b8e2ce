import { Component } from 'react';
import { ApiError } from '../service/problem.ts';
import { Failure } from '../shared/feedback.tsx';

interface Props {
  readonly children: React.ReactNode;
}

/**
 * Keeps menu and state of the network on screen when a screen fails. A screen whose code did not arrive is not asked for
 * again by React: the page begins anew, and the address brings back what was on it.
 */
export class ScreenBoundary extends Component<Props, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): React.ReactNode {
    if (this.state.error === null) return this.props.children;
    return <Failure error={inWords(this.state.error)} retry={() => window.location.reload()} />;
  }
}

/** Browsers say it in their own words that a file of the page did not arrive. */
const MISSING = /preload|dynamically imported module|module script/i;

function inWords(error: unknown): unknown {
  if (!(error instanceof Error && MISSING.test(error.message))) return error;
  return new ApiError(0, 'This screen did not arrive', null, 'Is the service running? Nothing that was set is lost.');
}
