import { Type } from 'typebox';
import { messageOf } from '../../core/errors.ts';
import { nullable } from '../../core/schema.ts';
import type { ApiDeps, ApiServer, ReadinessCheck } from '../deps.ts';
import { NoQuery } from '../schemas/common.ts';

/** A check that takes longer has failed. */
const CHECK_TIMEOUT_MS = 2000;

const ReadinessSchema = Type.Object({
  ready: Type.Boolean(),
  checks: Type.Array(Type.Object({ name: Type.String(), ok: Type.Boolean(), reason: nullable(Type.String()) })),
});

/** `/healthz`: the process answers. `/readyz`: it can do its work; 503 with the reasons when it cannot. */
export function probeRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/healthz',
    {
      schema: {
        tags: ['service'],
        summary: 'The process is alive',
        querystring: NoQuery,
        response: { 200: Type.Object({ status: Type.Literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        tags: ['service'],
        summary: 'The service can do its work',
        querystring: NoQuery,
        response: { 200: ReadinessSchema, 503: ReadinessSchema },
      },
    },
    async (_request, reply) => {
      const store: ReadinessCheck = { name: 'store', check: () => deps.store.ping() };
      const checks = await Promise.all([store, ...deps.readiness].map(outcomeOf));
      const ready = checks.every(({ ok }) => ok);
      return reply.code(ready ? 200 : 503).send({ ready, checks });
    },
  );
}

async function outcomeOf({
  name,
  check,
}: ReadinessCheck): Promise<{ name: string; ok: boolean; reason: string | null }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([check(), late]);
    return { name, ok: true, reason: null };
  } catch (error) {
    return { name, ok: false, reason: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}
