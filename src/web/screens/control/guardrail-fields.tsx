import { MultiSelect, NumberInput, type NumberInputProps, Select, TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { networkQuery } from '../../service/queries.ts';
import classes from './control.module.css';
import { GROUPS, type Settings, TITLES } from './guardrail-words.ts';
import { ScopeFields } from './scope-fields.tsx';
import { WindowFields } from './window-fields.tsx';

interface Props {
  readonly draft: Settings;
  readonly configured: 'auto' | 'manual';
  readonly change: (part: Partial<Settings>) => void;
}

const MOST_IDS = 10_000;

/** One field for every setting, in the order of the words. */
export function GuardrailFields({ draft, configured, change }: Props) {
  const { data: network } = useQuery(networkQuery);
  const links = useMemo(() => network?.links.map(({ id }) => id) ?? [], [network]);
  const fields: Readonly<Record<keyof Settings, React.ReactNode>> = {
    mode: (
      <Select
        size="xs"
        label={TITLES.mode}
        data={[
          { value: '', label: `As configured: ${configured === 'auto' ? 'automatic' : 'manual'}` },
          { value: 'auto', label: 'Automatic' },
          { value: 'manual', label: 'Manual' },
        ]}
        value={draft.mode ?? ''}
        onChange={(mode) => change({ mode: mode === 'auto' || mode === 'manual' ? mode : null })}
        allowDeselect={false}
      />
    ),
    scopes: <ScopeFields scopes={draft.scopes} links={links} change={(scopes) => change({ scopes })} />,
    approvals: (
      <Select
        size="xs"
        label={TITLES.approvals}
        data={[
          { value: '1', label: 'One: whoever applies' },
          { value: '2', label: 'Two: somebody else first' },
        ]}
        value={String(draft.approvals)}
        onChange={(count) => change({ approvals: count === '2' ? 2 : 1 })}
        allowDeselect={false}
      />
    ),
    maxAtOnce: (
      <Amount
        label={`${TITLES.maxAtOnce}: changes`}
        {...{ min: 1, max: 1000, value: draft.maxAtOnce }}
        change={(maxAtOnce) => change({ maxAtOnce })}
      />
    ),
    maxPerHour: (
      <Amount
        label={`${TITLES.maxPerHour}: changes`}
        {...{ min: 0, max: 100_000, value: draft.maxPerHour }}
        change={(maxPerHour) => change({ maxPerHour })}
      />
    ),
    maxMovedShare: (
      <Amount
        label={`${TITLES.maxMovedShare}, %`}
        {...{ min: 0, max: 100, decimalScale: 1, value: round(draft.maxMovedShare * 100) }}
        change={(percent) => change({ maxMovedShare: percent / 100 })}
      />
    ),
    minGainBps: (
      <Amount
        label={`${TITLES.minGainBps}, Mb/s`}
        {...{ min: 0, max: 1e9, decimalScale: 3, value: round(draft.minGainBps / 1e6) }}
        change={(megabits) => change({ minGainBps: Math.round(megabits * 1e6) })}
      />
    ),
    holdDownSeconds: (
      <Amount
        label={`${TITLES.holdDownSeconds}: pause, minutes`}
        {...{ min: 0, max: 10_080, decimalScale: 1, value: round(draft.holdDownSeconds / 60) }}
        change={(minutes) => change({ holdDownSeconds: Math.round(minutes * 60) })}
      />
    ),
    freezeWindows: (
      <WindowFields
        title={TITLES.freezeWindows}
        add="Add a freeze"
        windows={draft.freezeWindows}
        change={(freezeWindows) => change({ freezeWindows })}
      />
    ),
    changeWindows: (
      <WindowFields
        title={TITLES.changeWindows}
        add="Add a change window"
        windows={draft.changeWindows}
        change={(changeWindows) => change({ changeWindows })}
      />
    ),
    protectedLinks: (
      <MultiSelect
        size="xs"
        label={TITLES.protectedLinks}
        {...{ data: links, limit: 12, maxValues: MOST_IDS, searchable: true, clearable: true }}
        value={draft.protectedLinks}
        onChange={(protectedLinks) => change({ protectedLinks })}
        nothingFoundMessage="No link has that name"
      />
    ),
    protectedDemands: (
      <TagsInput
        size="xs"
        label={TITLES.protectedDemands}
        description="Ids; Enter after each."
        maxTags={MOST_IDS}
        value={draft.protectedDemands}
        onChange={(protectedDemands) => change({ protectedDemands })}
      />
    ),
  };
  return GROUPS.map(({ title, names }) => (
    <fieldset key={title} className={classes.fields}>
      <legend>{title}</legend>
      {names.map((name) => (
        <div key={name}>{fields[name]}</div>
      ))}
    </fieldset>
  ));
}

interface AmountProps extends Pick<NumberInputProps, 'label' | 'min' | 'max' | 'decimalScale'> {
  readonly value: number;
  readonly change: (value: number) => void;
}

/** A number; a field that is empty for a moment changes nothing. */
function Amount({ change, decimalScale = 0, ...rest }: AmountProps) {
  return (
    <NumberInput
      size="xs"
      {...rest}
      decimalScale={decimalScale}
      clampBehavior="strict"
      onChange={(value) => typeof value === 'number' && change(value)}
    />
  );
}

/** Without what floating point adds. */
const round = (value: number): number => Number(value.toPrecision(10));
