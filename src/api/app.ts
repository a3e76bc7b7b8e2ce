import fastify, { LogController } from 'fastify';
import { contentHash } from '../core/ids.ts';
import { type ApiDeps, type ApiServer, STREAM_LIMITS } from './deps.ts';
import { EventHub } from './event-hub.ts';
import { registerAccess } from './plugins/access.ts';
import { registerBoard } from './plugins/board.ts';
import { registerBodies } from './plugins/bodies.ts';
import { registerDocs } from './plugins/docs.ts';
import { registerEtags } from './plugins/etags.ts';
import { registerMetrics } from './plugins/metrics.ts';
import { answerClientError, registerProblems } from './plugins/problems.ts';
import { registerSecurity } from './plugins/security.ts';
import { registerWeb } from './plugins/web.ts';
import { sendProblem } from './problem.ts';
import { acknowledgementRoutes } from './routes/acknowledgements.ts';
import { auditRoutes } from './routes/audit.ts';
import { demandRoutes } from './routes/demands.ts';
import { deviceRoutes } from './routes/devices.ts';
import { discoveryRoutes } from './routes/discovery.ts';
import { eventRoutes } from './routes/events.ts';
import { frontRoutes } from './routes/front.ts';
import { guardrailRoutes } from './routes/guardrails.ts';
import { historyRoutes } from './routes/history.ts';
import { jobRoutes } from './routes/jobs.ts';
import { linkRoutes } from './routes/links.ts';
import { maintenanceRoutes } from './routes/maintenance.ts';
import { modelRoutes } from './routes/models.ts';
import { momentRoutes } from './routes/moments.ts';
import { networkRoutes } from './routes/network.ts';
import { pathRoutes } from './routes/paths.ts';
import { planRoutes } from './routes/plans.ts';
import { predictRoutes } from './routes/predict.ts';
import { predictionRoutes } from './routes/predictions.ts';
import { probeRoutes } from './routes/probes.ts';
import { rerouteRoutes } from './routes/reroutes.ts';
import { sampleRoutes } from './routes/samples.ts';
import { serviceRoutes } from './routes/service.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { whatIfRoutes } from './routes/what-if.ts';
import { validatorCompiler } from './validation.ts';

/** Builds the API without listening; `close()` ends event streams and open connections at once. */
export async function buildApp(deps: ApiDeps): Promise<ApiServer> {
  const app = createServer(deps);
  const hub = new EventHub(deps.store.events, { ...STREAM_LIMITS, ...deps.stream }, deps.logger);
  app.addHook('preClose', () => hub.stop());
  await registerSecurity(app, deps.config);
  registerProblems(app);
  registerAccess(app, deps);
  registerBodies(app);
  await registerDocs(app, deps.config);
  registerMetrics(app, deps, hub);
  await registerBoard(app, deps.boardQueues);
  frontRoutes(app, deps, await registerWeb(app, deps.webFolder ?? null));
  probeRoutes(app, deps);
  await app.register(async (api: ApiServer) => apiRoutes(api, deps, hub), { prefix: '/api/v1' });
  await app.ready();
  return app;
}

function createServer(deps: ApiDeps): ApiServer {
  const app = fastify({
    loggerInstance: deps.logger,
    // Requests are counted in the metrics; bodies and headers are never logged.
    logController: new LogController({ disableRequestLogging: true }),
    // With an open event stream a server waits for ever otherwise.
    forceCloseConnections: true,
    trustProxy: false,
    bodyLimit: 64 * 1024,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 1024 },
    http: { maxHeaderSize: 16 * 1024, headersTimeout: 15_000 },
    // An address that cannot be decoded.
    frameworkErrors: (error, request, reply) => void sendProblem(error, request as never, reply as never),
    clientErrorHandler: answerClientError,
  });
  app.setValidatorCompiler(validatorCompiler);
  // Schemas of answers are documentation and types; a serialiser made from them would turn null into 0.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  return app.withTypeProvider();
}

function apiRoutes(api: ApiServer, deps: ApiDeps, hub: EventHub): void {
  registerEtags(api);
  networkRoutes(api, deps, contentHash(deps.network.network));
  linkRoutes(api, deps);
  acknowledgementRoutes(api, deps);
  discoveryRoutes(api, deps);
  historyRoutes(api, deps);
  predictionRoutes(api, deps);
  predictRoutes(api, deps);
  modelRoutes(api, deps);
  deviceRoutes(api, deps);
  pathRoutes(api, deps);
  rerouteRoutes(api, deps);
  planRoutes(api, deps);
  guardrailRoutes(api, deps);
  maintenanceRoutes(api, deps);
  auditRoutes(api, deps);
  tokenRoutes(api, deps);
  momentRoutes(api, deps);
  whatIfRoutes(api, deps);
  demandRoutes(api, deps);
  sampleRoutes(api, deps);
  eventRoutes(api, deps, hub);
  serviceRoutes(api, deps);
  jobRoutes(api, deps);
}
