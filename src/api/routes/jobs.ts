import type { ApiDeps, ApiServer } from '../deps.ts';
import { NoQuery, problemResponses } from '../schemas/common.ts';
import { JobsSchema, type QueueBrief } from '../schemas/jobs.ts';

export function jobRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/jobs',
    {
      schema: {
        tags: ['service'],
        summary: 'The job queues in brief: what waits, what ran last, what is due next',
        querystring: NoQuery,
        response: { 200: JobsSchema, ...problemResponses },
      },
    },
    async () => {
      const queues = await deps.jobs();
      const atMs = deps.clock.nowMs();
      return { atMs, board: '/queues', queues: queues.map((queue) => ({ ...queue, late: isLate(queue, atMs) })) };
    },
  );
}

/** Late is what has not finished for longer than its schedule allows, whether or not it failed meanwhile. */
export function isLate({ lateAfterMs, lastCompleted }: QueueBrief, nowMs: number): boolean | null {
  const lastMs = lastCompleted?.finishedAtMs ?? null;
  if (lateAfterMs === null || lastMs === null) return null;
  return nowMs - lastMs > lateAfterMs;
}
