import { Button, Loader } from '@mantine/core';
import { ApiError } from '../service/problem.ts';
import classes from './feedback.module.css';

interface MessageProps {
  readonly title: string;
  readonly children?: React.ReactNode;
}

/** Nothing to show, said as what it means rather than as an empty box. */
export function Empty({ title, children }: MessageProps) {
  return (
    <div className={classes.message}>
      <p className={classes.title}>{title}</p>
      {children && <div className="dim">{children}</div>}
    </div>
  );
}

/** What went wrong, what to do, and the button that tries again. */
export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const hint = error instanceof ApiError ? error.hint : null;
  return (
    <div className={classes.message} role="alert">
      <p className={classes.title}>{error instanceof Error ? error.message : String(error)}</p>
      {hint && <p className="dim">{hint}</p>}
      {retry && (
        <Button size="xs" variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export function Loading({ what }: { readonly what: string }) {
  return (
    <div className={classes.message} role="status">
      <Loader size="sm" aria-hidden="true" />
      <span className="dim">Loading {what}</span>
    </div>
  );
}
