import { Button, CloseButton, MultiSelect, Select } from '@mantine/core';
import classes from './control.module.css';
import type { Settings } from './guardrail-words.ts';
import { numbered } from './numbered.ts';

interface Props {
  readonly scopes: Settings['scopes'];
  readonly links: readonly string[];
  readonly change: (scopes: Settings['scopes']) => void;
}

/** A mode of their own for some links; the first that fits a proposal holds. */
export function ScopeFields({ scopes, links, change }: Props) {
  const put = (at: number, part: Partial<Settings['scopes'][number]>) =>
    change(scopes.map((scope, index) => (index === at ? { ...scope, ...part } : scope)));
  return (
    <div className={classes.rows}>
      {numbered(scopes).map(({ key, at, item: scope }) => (
        <div key={key} className={classes.row}>
          <MultiSelect
            size="xs"
            label={`Links of scope ${at + 1}`}
            {...{ data: links, limit: 12, searchable: true, nothingFoundMessage: 'No link has that name' }}
            value={scope.links}
            onChange={(chosen) => put(at, { links: chosen })}
          />
          <Select
            size="xs"
            label="Their mode"
            data={[
              { value: 'auto', label: 'Automatic' },
              { value: 'manual', label: 'Manual' },
            ]}
            value={scope.mode}
            onChange={(mode) => put(at, { mode: mode === 'auto' ? 'auto' : 'manual' })}
            allowDeselect={false}
          />
          <CloseButton
            aria-label={`Take scope ${at + 1} away`}
            onClick={() => change(scopes.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <Button variant="default" size="compact-xs" onClick={() => change([...scopes, { links: [], mode: 'manual' }])}>
        Give some links a mode of their own
      </Button>
    </div>
  );
}
