import type { ReactNode } from 'react';
import type { Caller } from '../../api/schemas/screen.ts';
import { mayAct, useCaller } from '../service/caller.ts';

interface Props {
  readonly needed: Caller['role'];
  /** What it is about, for who may not: `To apply it`. */
  readonly what: string;
  readonly children: ReactNode;
}

/** What only callers with a role can do; the others read why there is no button. */
export function Needs({ needed, what, children }: Props) {
  const caller = useCaller();
  if (caller === null || mayAct(caller.role, needed)) return children;
  return (
    <span className="dim" data-testid="needs">
      {what} takes the role {needed}; you are {caller.role}.
    </span>
  );
}
