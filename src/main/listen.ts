import { join } from 'node:path';
import { buildApp } from '../api/app.ts';
import type { ApiServer } from '../api/deps.ts';
import { hasAdminToken } from '../api/plugins/access.ts';
import { isLoopback } from '../api/plugins/security.ts';
import { DetourError } from '../core/errors.ts';
import { PACKAGE_ROOT } from '../core/paths.ts';
import type { Context } from './context.ts';
import { historyReader } from './history-role.ts';
import type { Service } from './lifecycle.ts';
import { modelRegistry } from './model-folder.ts';
import { predictor } from './models.ts';
import { MAX_DEMAND_AGE_MS, type PlanningClient } from './planning.ts';
import { matcherOf, readSecret } from './secret.ts';
import type { Studies } from './studies.ts';

/** The API as a service that listens when it has started, and the address it will have. */
export async function listen(
  context: Context,
  plans: PlanningClient,
  studies: Studies,
): Promise<{ service: Service; url: string }> {
  const { config, runtime, store, registry, version, clock } = context;
  const models = modelRegistry(config);
  const asked = predictor(context, models);
  const reader = historyReader({ config, clock, networkName: context.network.network.name }, store);
  const adminToken = await adminTokenOf(context);
  const { name, changesNetwork } = context.actuator;
  const app = await buildApp({
    network: context.network,
    warnings: context.warnings,
    store,
    clock,
    config: { ...runtime, version, host: config.host, actuator: { name, changesNetwork } },
    ingest: context.ingest,
    history: reader,
    models,
    predictor: asked,
    maxDemandAgeMs: MAX_DEMAND_AGE_MS,
    layout: studies.layout,
    whatIf: studies.whatIf,
    replayPlan: studies.replay,
    planNow: plans.planNow,
    approveProposal: plans.approve,
    renderProposal: plans.render,
    adminToken,
    applyProposal: plans.apply,
    withdrawProposal: plans.withdraw,
    boardQueues: plans.boardQueues(),
    jobs: plans.jobs,
    registry,
    readiness: [{ name: 'redis', check: () => store.ping() }],
    logger: context.logger,
    webFolder: join(PACKAGE_ROOT, 'dist', 'web'),
  });
  const url = await bind(app, config.host, config.port);
  const stop = async (): Promise<void> => {
    await app.close();
    await reader.close();
    await asked.stop();
  };
  return { service: { name: 'api', start: async () => undefined, stop }, url };
}

/** The admin's secret of the configuration. Whoever listens beyond this machine without any token is refused. */
async function adminTokenOf({
  config,
  environment,
  store,
  clock,
}: Context): Promise<ReturnType<typeof matcherOf> | null> {
  if (config.adminToken !== null) return matcherOf(await readSecret('adminToken', config.adminToken, environment));
  if (isLoopback(config.host) || (await hasAdminToken(store, clock.nowMs()))) return null;
  throw new DetourError(
    'INVALID_CONFIG',
    `host: ${config.host} can be reached by others, and there is no admin token`,
    {
      field: 'host',
      value: config.host,
      hint: "set DETOUR_ADMIN_TOKEN to env:NAME or file:PATH, or make a token first: 'detour tokens create'",
    },
  );
}

async function bind(app: ApiServer, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') {
      throw new DetourError('PORT_TAKEN', `port ${port} on ${host} is taken`, {
        field: 'port',
        value: port,
        hint: 'stop what listens there, or choose another port with DETOUR_PORT',
        cause: error,
      });
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new DetourError('INVALID_CONFIG', `host: cannot listen on ${host}:${port} (${code})`, {
        field: 'host',
        value: host,
        hint: 'check DETOUR_HOST and DETOUR_PORT',
        cause: error,
      });
    }
    throw error;
  }
}
