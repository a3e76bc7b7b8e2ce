import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

export type UrlChange = Readonly<Record<string, string | null>>;

/**
 * State that lives in the address, so that a view can be shared and the back button works. Setting null takes a
 * parameter away; `push` makes a step in the history, otherwise the address is replaced.
 */
export function useUrlState(): [URLSearchParams, (change: UrlChange, push?: boolean) => void] {
  const [parameters, setParameters] = useSearchParams();
  const change = useCallback(
    (values: UrlChange, push = false) => setParameters((before) => changed(before, values), { replace: !push }),
    [setParameters],
  );
  return [parameters, change];
}

/** The parameters with these values; null takes one away. */
export function changed(parameters: URLSearchParams, values: UrlChange): URLSearchParams {
  const next = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return next;
}
