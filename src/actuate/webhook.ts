import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DetourError, messageOf } from '../core/errors.ts';
import type { Actuator, Observation, Step } from '../reroute/actuator.ts';
import { planPathSteps } from './path-steps.ts';

export interface WebhookOptions {
  readonly url: string;
  /** Signs every request; the receiver has it too. */
  readonly secret: string;
  readonly networkName: string;
  readonly timeoutMs?: number;
  /** Waits between tries, ms; as many tries and one more. */
  readonly retryMs?: readonly number[];
}

const TIMEOUT_MS = 10_000;
const RETRY_MS = [500, 2_000];
const MAX_ANSWER_BYTES = 64 * 1024;
const STATES: ReadonlySet<string> = new Set(['before', 'after', 'other', 'unknown']);

/**
 * Hands steps to people's own automation as signed JSON. `Detour-Signature` is `t=<ms>,v1=<hex>` with the HMAC-SHA256
 * of `<ms>.<body>`, so that a request can neither be forged nor, by its time, be sent again later. `Idempotency-Key`
 * is the step's: the receiver must take a repetition for what it is. Any 2xx means done; `observe` asks for
 * `{"state": "before" | "after" | "other" | "unknown", "reason": "..."}`.
 */
export function createWebhookActuator(options: WebhookOptions): Actuator {
  const call = (action: string, step: Step) => send(options, action, step);
  return {
    name: 'webhook',
    realisations: ['paths'],
    changesNetwork: true,
    plan: (changeId, changes) => planPathSteps(options.networkName, changeId, changes),
    apply: async (step) => void (await call('apply', step)),
    observe: async (step) => observationOf(await call('observe', step)),
    revert: async (step) => void (await call('revert', step)),
  };
}

async function send(options: WebhookOptions, action: string, step: Step): Promise<unknown> {
  const { key, summary, set, remove, before } = step;
  const body = JSON.stringify({
    ...{ format: 'detour-step/1', network: options.networkName, action, key, summary },
    ...{ set, remove, before },
  });
  const waits = [...(options.retryMs ?? RETRY_MS)];
  for (;;) {
    const failure = await post(options, `${action}:${key}`, body);
    if ('answer' in failure) return failure.answer;
    const waitMs = failure.again ? waits.shift() : undefined;
    if (waitMs === undefined) {
      throw new DetourError('ACTUATOR_FAILED', `the webhook did not take ${action} of ${key}: ${failure.why}`, {
        field: 'webhookUrl',
      });
    }
    await pause(waitMs);
  }
}

type Outcome = { readonly answer: unknown } | { readonly why: string; readonly again: boolean };

/** One try. Only what may pass by itself is worth another one. */
async function post(
  { url, secret, timeoutMs = TIMEOUT_MS }: WebhookOptions,
  key: string,
  body: string,
): Promise<Outcome> {
  const sentMs = String(Date.now());
  const signature = createHmac('sha256', secret).update(`${sentMs}.${body}`).digest('hex');
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/json',
        'detour-signature': `t=${sentMs},v1=${signature}`,
        'idempotency-key': key,
      },
    });
    const text = await bounded(response);
    if (response.ok) return { answer: parsed(text) };
    return { why: `HTTP ${response.status}`, again: response.status >= 500 || response.status === 429 };
  } catch (error) {
    return { why: messageOf(error), again: true };
  }
}

async function bounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > MAX_ANSWER_BYTES) throw new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`);
  }
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** What the receiver says of the network; anything else than the four states is unknown. */
function observationOf(answer: unknown): Observation {
  const { state, reason } = Object(answer) as { state?: unknown; reason?: unknown };
  const known = typeof state === 'string' && STATES.has(state) ? (state as Observation['state']) : 'unknown';
  return { state: known, reason: typeof reason === 'string' ? reason.slice(0, 500) : 'the webhook said no more' };
}
