import { useNow } from '../../shared/use-now.ts';
import classes from './control.module.css';
import { NAMES, type Settings, TITLES, wordsOf } from './guardrail-words.ts';

interface Props {
  readonly before: Settings;
  readonly changes: Partial<Settings>;
  readonly about: { readonly configured: 'auto' | 'manual' };
}

/** Settings that differ, each in the words before and after. */
export function ChangeList({ before, changes, about }: Props) {
  const nowMs = useNow();
  const after: Settings = { ...before, ...changes };
  return (
    <ul className={classes.changes}>
      {NAMES.filter((name) => name in changes).map((name) => (
        <li key={name}>
          <span className="dim">{TITLES[name]}</span>
          <del>{wordsOf(name, before[name], about, nowMs)}</del>
          <ins>{wordsOf(name, after[name], about, nowMs)}</ins>
        </li>
      ))}
    </ul>
  );
}
