import type { NetworkIndex } from '../../../topology/model.ts';
import { DetourError } from '../../core/errors.ts';
import type { Ask } from '../../reroute/apply.ts';
import { GUARDRAILS_ID, readGuardrails } from '../../reroute/guardrail-record.ts';
import type { GuardrailSettings, Guardrails } from '../../reroute/guardrails.ts';
import { askOf, controlAudit, once } from '../asking.ts';
import type { ApiDeps, ApiServer } from '../deps.ts';
import { inputError } from '../problem.ts';
import { NoQuery, problemResponses } from '../schemas/common.ts';
import { GuardrailsBody, type GuardrailsView, GuardrailsViewSchema, ReasonBody } from '../schemas/control.ts';
import { requireWindow } from '../time-window.ts';

const RESPONSE = { 200: GuardrailsViewSchema, ...problemResponses };

export function guardrailRoutes(app: ApiServer, deps: ApiDeps): void {
  const view = async (): Promise<GuardrailsView> => {
    const { version, guardrails } = await readGuardrails(deps.store);
    const { mode: configured, actuator } = deps.config;
    const effective = guardrails.killSwitch ? 'manual' : (guardrails.mode ?? configured);
    return { ...guardrails, version, configured, effective, actuator: actuator?.name ?? 'none' };
  };

  const change = async (ask: Ask, action: string, next: (now: Guardrails) => Guardrails): Promise<GuardrailsView> => {
    const use = `${action} guardrails ${GUARDRAILS_ID}`;
    const write = async (): Promise<GuardrailsView> => {
      const { version, guardrails } = await readGuardrails(deps.store);
      const value = next(guardrails);
      const atMs = deps.clock.nowMs();
      const details = { changes: differences(guardrails, value) };
      const audit = controlAudit(ask, { atMs, action, subject: 'guardrails', subjectId: GUARDRAILS_ID, details });
      const isKill = action === 'kill' || action === 'release';
      const written = await deps.store.control.change({
        ...{ kind: 'guardrails', id: GUARDRAILS_ID, version, value, audit, requestKey: ask.requestKey },
        events: [
          {
            ...{ atMs, type: isKill ? 'kill-switch' : 'guardrails-changed', severity: isKill ? 'major' : 'info' },
            ...{ cleared: action === 'release', linkId: null, deviceId: null, proposalId: null },
            message: `${WORDS[action] ?? 'guardrails were changed'} by ${ask.by.name}: ${ask.reason}`,
            details,
          },
        ],
      });
      // The same request at the same time was faster, or another one under its key.
      if (written === 'repeated') return once(deps.store, ask, use, view, view);
      if (written === 'conflict')
        throw new DetourError('CONFLICT', 'the guardrails were changed by someone else in the meantime', {
          hint: 'read them again',
        });
      return view();
    };
    return once(deps.store, ask, use, write, view);
  };

  app.get(
    '/guardrails',
    {
      schema: {
        tags: ['control'],
        summary: 'What changes are held to, the mode, and the kill switch',
        querystring: NoQuery,
        response: RESPONSE,
      },
    },
    view,
  );

  app.put(
    '/guardrails',
    {
      schema: {
        tags: ['control'],
        summary: 'Set guardrails; what is left out stays',
        querystring: NoQuery,
        body: GuardrailsBody,
        response: RESPONSE,
      },
    },
    async (request) => {
      const { reason, ...settings } = request.body;
      requireSense(deps.network, settings);
      return change(askOf(request, reason), 'set', (now) => ({ ...now, ...settings }));
    },
  );

  app.post(
    '/guardrails/kill',
    {
      schema: {
        tags: ['control'],
        summary: 'The kill switch: stops all automatic changes at once',
        description: 'What is under way goes on to its end or back; nothing new begins by itself until it is released.',
        querystring: NoQuery,
        body: ReasonBody,
        response: RESPONSE,
      },
    },
    async (request) => {
      const ask = askOf(request, request.body.reason);
      const killSwitch = { atMs: deps.clock.nowMs(), by: ask.by.name, reason: request.body.reason };
      return change(ask, 'kill', (now) => ({ ...now, killSwitch: now.killSwitch ?? killSwitch }));
    },
  );

  app.post(
    '/guardrails/release',
    {
      schema: {
        tags: ['control'],
        summary: 'Release the kill switch',
        querystring: NoQuery,
        body: ReasonBody,
        response: RESPONSE,
      },
    },
    async (request) => change(askOf(request, request.body.reason), 'release', (now) => ({ ...now, killSwitch: null })),
  );
}

/** Guardrails that would hold nothing back are refused: whoever set them relies on them. */
function requireSense({ linkById }: NetworkIndex, settings: Partial<GuardrailSettings>): void {
  const { protectedLinks = [], scopes = [], freezeWindows = [], changeWindows = [] } = settings;
  const lists = [['protectedLinks', protectedLinks], ...scopes.map(({ links }, at) => [`scopes[${at}].links`, links])];
  for (const [field, ids] of lists as [string, string[]][]) {
    const unknown = ids.findIndex((id) => !linkById.has(id));
    if (unknown >= 0) throw inputError(`${field}[${unknown}]`, 'the network has no such link', ids[unknown]);
  }
  for (const [field, windows] of Object.entries({ freezeWindows, changeWindows })) {
    for (const [at, window] of windows.entries()) requireWindow(window, `${field}[${at}]`);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  kill: 'automatic changes were stopped',
  release: 'automatic changes were allowed again',
};

/** Names of settings that differ, with both values. */
function differences(before: Guardrails, after: Guardrails): Record<string, unknown> {
  const keys = Object.keys(after) as (keyof Guardrails)[];
  const changed = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  return Object.fromEntries(changed.map((key) => [key, { from: before[key], to: after[key] }]));
}
