import { createDryRunActuator } from '../actuate/dry-run.ts';
import { createFrrActuator } from '../actuate/frr.ts';
import { createSimulatorActuator } from '../actuate/simulator.ts';
import { vtyRunner } from '../actuate/vty.ts';
import { createWebhookActuator } from '../actuate/webhook.ts';
import { DetourError } from '../core/errors.ts';
import type { Actuator } from '../reroute/actuator.ts';
import type { Context } from './context.ts';
import { readSecret } from './secret.ts';

/** What carries changes out, as configured: the simulator's own in a simulated network, else dry-run unless told. */
export async function openActuator(
  context: Pick<Context, 'config' | 'runtime' | 'network' | 'store' | 'environment'>,
): Promise<Actuator> {
  const { config, runtime, network, store, environment } = context;
  const name = config.actuator ?? (runtime.simulated ? 'simulator' : 'dry-run');
  if (name === 'simulator' && !runtime.simulated) {
    throw new DetourError('INVALID_CONFIG', 'actuator: simulator is for simulated networks only', {
      field: 'actuator',
      value: name,
    });
  }
  if (name === 'simulator') return createSimulatorActuator(store.traffic);
  if (name === 'dry-run') return createDryRunActuator(network.network.name);
  if (name === 'frr') return frrActuator(context);
  const { webhookUrl, webhookSecret } = config;
  if (webhookUrl === null || webhookSecret === null) {
    throw new DetourError('INVALID_CONFIG', 'actuator: webhook needs webhookUrl and webhookSecret', {
      field: webhookUrl === null ? 'webhookUrl' : 'webhookSecret',
      hint: 'set DETOUR_WEBHOOK_URL, and DETOUR_WEBHOOK_SECRET to env:NAME or file:PATH',
    });
  }
  requirePlainUrl(webhookUrl);
  const secret = await readSecret('webhookSecret', webhookSecret, environment);
  return createWebhookActuator({ url: webhookUrl, secret, networkName: network.network.name });
}

/** A name and password in the address would be in every message about it; requests are signed instead. */
function requirePlainUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && url.username === '' && url.password === '') return;
  throw new DetourError('INVALID_CONFIG', 'webhookUrl: must be a URL without a name and password', {
    field: 'webhookUrl',
    hint: 'steps are signed with webhookSecret, which the receiver checks',
  });
}

/** OSPF costs over the TCP vty. Its password is the routers' affair: as short as they have it. */
async function frrActuator({ config, network, environment }: Pick<Context, 'config' | 'network' | 'environment'>) {
  if (config.frrPassword === null) {
    throw new DetourError('INVALID_CONFIG', 'actuator: frr needs frrPassword', {
      field: 'frrPassword',
      hint: 'set DETOUR_FRR_PASSWORD to env:NAME or file:PATH',
    });
  }
  const password = await readSecret('frrPassword', config.frrPassword, environment, 1);
  return createFrrActuator({ network, run: vtyRunner({ port: config.frrPort, password }) });
}
