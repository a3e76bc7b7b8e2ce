import { createBullBoard } from '@bull-board/api';
import { FastifyAdapter } from '@bull-board/fastify';
import type { ApiServer, BoardQueue } from '../deps.ts';
import { asDetourError, toProblem } from '../problem.ts';

/** bull-board at `/queues`. */
export async function registerBoard(app: ApiServer, queues: readonly BoardQueue[]): Promise<void> {
  const adapter = new FastifyAdapter();
  createBullBoard({
    queues: [...queues],
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Detour: jobs' } },
  });
  // Its own handler answers 500, with a stack, for a body that is not JSON.
  adapter.setErrorHandler((error) => {
    const known = asDetourError(error);
    if (known.status >= 500) app.log.error({ err: error }, 'queue dashboard failed');
    return { status: known.status as 500, body: toProblem(known, '/queues', 'none') };
  });
  adapter.setBasePath('/queues');
  await app.register(adapter.registerPlugin(), { prefix: '/queues' });
}
