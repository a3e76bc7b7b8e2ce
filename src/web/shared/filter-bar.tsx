import { Button, CloseButton, TextInput } from '@mantine/core';
import { IconDownload, IconSearch } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './filter-bar.module.css';

/** What is filtered, above a list; what stands at its end comes last. */
export function FilterBar({ children, end }: { readonly children: ReactNode; readonly end: ReactNode }) {
  return (
    <div className={classes.bar}>
      {children}
      <div className={classes.end}>{end}</div>
    </div>
  );
}

interface TextFilterProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  /** Null where there is no text any more. */
  readonly change: (text: string | null) => void;
}

export function TextFilter({ label, placeholder, value, change }: TextFilterProps) {
  return (
    <TextInput
      className={classes.search}
      size="xs"
      leftSection={<IconSearch size={14} aria-hidden="true" />}
      placeholder={placeholder}
      aria-label={label}
      value={value}
      onChange={(event) => change(event.currentTarget.value || null)}
      rightSection={value && <CloseButton size="xs" aria-label="Clear" onClick={() => change(null)} />}
    />
  );
}

interface ChipsProps<T extends string> {
  readonly label: string;
  readonly all: readonly T[];
  readonly chosen: readonly T[];
  readonly change: (chosen: readonly T[]) => void;
  /** At most one of them. */
  readonly one?: boolean;
  /** What stands on a chip; its value where this is left out. */
  readonly children?: (value: T) => ReactNode;
}

/** One or more of a few values. */
export function Chips<T extends string>({ label, all, chosen, change, one = false, children }: ChipsProps<T>) {
  const toggled = (value: T): readonly T[] => {
    if (chosen.includes(value)) return chosen.filter((each) => each !== value);
    return one ? [value] : [...chosen, value];
  };
  return (
    <fieldset className={classes.chips} aria-label={label}>
      {all.map((value) => (
        <button
          key={value}
          type="button"
          className={classes.chip}
          aria-pressed={chosen.includes(value)}
          onClick={() => change(toggled(value))}
        >
          {children ? children(value) : value}
        </button>
      ))}
    </fieldset>
  );
}

/** A filter that another screen set; a click takes it away. */
export function TakeAwayChip({ children, onClick }: { readonly children: ReactNode; readonly onClick: () => void }) {
  return (
    <button type="button" className={classes.chip} aria-pressed onClick={onClick}>
      {children} <span aria-hidden="true">×</span>
      <span className="visually-hidden">take away</span>
    </button>
  );
}

export function CsvButton({ onClick }: { readonly onClick: () => void }) {
  return (
    <Button
      size="compact-xs"
      variant="default"
      leftSection={<IconDownload size={14} aria-hidden="true" />}
      onClick={onClick}
    >
      CSV
    </Button>
  );
}
