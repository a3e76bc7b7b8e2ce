import type { GuardrailsView } from '../../../api/schemas/screen.ts';
import { formatBps, formatDuration, formatShare, plural } from '../../shared/format.ts';
import { spanText } from './local-time.ts';

/** What an admin can set; the kill switch has its own button, and the rest follows. */
export type Settings = Omit<GuardrailsView, 'killSwitch' | 'version' | 'configured' | 'effective' | 'actuator'>;
export type SettingName = keyof Settings;
type Configured = Pick<GuardrailsView, 'configured'>;

export const TITLES: Readonly<Record<SettingName, string>> = {
  mode: 'Mode',
  scopes: 'Modes of their own',
  approvals: 'Approvals',
  maxAtOnce: 'At once',
  maxPerHour: 'Within an hour',
  maxMovedShare: 'Share of all traffic',
  minGainBps: 'Least gain',
  holdDownSeconds: 'After harm',
  freezeWindows: 'Freezes',
  changeWindows: 'Change windows',
  protectedLinks: 'Protected links',
  protectedDemands: 'Protected demands',
};

/** As the screen shows them: who decides, how much at most, when, and what is left alone. */
export const GROUPS: readonly { readonly title: string; readonly names: readonly SettingName[] }[] = [
  { title: 'Who decides', names: ['mode', 'scopes', 'approvals'] },
  { title: 'How much', names: ['maxAtOnce', 'maxPerHour', 'maxMovedShare', 'minGainBps', 'holdDownSeconds'] },
  { title: 'When', names: ['freezeWindows', 'changeWindows'] },
  { title: 'What is left alone', names: ['protectedLinks', 'protectedDemands'] },
];

const MODES = { auto: 'Detour applies by itself', manual: 'People decide what is applied' } as const;

type Words = { readonly [K in SettingName]: (value: Settings[K], about: Configured, nowMs: number) => string };

const WORDS: Words = {
  mode: (mode, { configured }) =>
    mode === null ? `${MODES[configured]}, as it was configured at the start` : `${MODES[mode]}`,
  scopes: (scopes) =>
    scopes.length === 0
      ? 'The mode is the same for all links'
      : scopes.map(({ links, mode }) => `${some(links)}: ${MODES[mode].toLowerCase()}`).join('; '),
  approvals: (count) =>
    count === 1 ? 'Whoever may apply needs nobody else' : 'Somebody else has to approve what a person applies',
  maxAtOnce: (count) => `At most ${plural(count, 'change')} under way or not yet verified`,
  maxPerHour: (count) => `No automatic change once ${plural(count, 'change')} began within the hour`,
  maxMovedShare: (share) => `One automatic change moves at most ${formatShare(share)} of all traffic`,
  minGainBps: (bps) =>
    bps === 0
      ? 'Any gain is enough for an automatic change'
      : `An automatic change must save at least ${formatBps(bps)}`,
  holdDownSeconds: (seconds) =>
    seconds === 0
      ? 'No pause for links whose last change failed or did harm'
      : `No automatic change for ${formatDuration(seconds * 1000)} where the last one failed or did harm`,
  freezeWindows: (windows, _about, nowMs) =>
    windows.length === 0 ? 'Nothing is frozen' : `Nothing is applied ${spans(windows, nowMs)}`,
  changeWindows: (windows, _about, nowMs) =>
    windows.length === 0 ? 'Changes may be made at any time' : `Changes are made only ${spans(windows, nowMs)}`,
  protectedLinks: (links) =>
    links.length === 0
      ? 'None: traffic may move onto and off every link'
      : `No traffic moves onto or off ${some(links)}`,
  protectedDemands: (demands) =>
    demands.length === 0
      ? 'None: every demand may be moved'
      : `${some(demands)} ${demands.length === 1 ? 'is' : 'are'} not moved`,
};

/** A setting in one sentence. */
export function wordsOf<K extends SettingName>(name: K, value: Settings[K], about: Configured, nowMs: number): string {
  return WORDS[name](value, about, nowMs);
}

const MOST = 4;

function some(ids: readonly string[]): string {
  const rest = ids.length - MOST;
  return ids.slice(0, MOST).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function spans(windows: Settings['freezeWindows'], nowMs: number): string {
  const shown = windows.slice(0, MOST).map(({ fromMs, toMs, reason }) => {
    const span = spanText(fromMs, toMs, nowMs);
    return reason === '' ? span : `${span} (${reason})`;
  });
  const rest = windows.length - MOST;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more times` : '');
}

export const NAMES = GROUPS.flatMap(({ names }) => names);

/** Only what is different, as the API takes it. */
export function changesOf(before: Settings, after: Settings): Partial<Settings> {
  const changed = NAMES.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(changed.map((name) => [name, after[name]]));
}

/** What can be set, without what is told beside it. */
export function settingsOf(view: GuardrailsView): Settings {
  const { killSwitch: _k, version: _v, configured: _c, effective: _e, actuator: _a, ...settings } = view;
  return settings;
}
