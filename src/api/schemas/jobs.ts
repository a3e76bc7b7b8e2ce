import { type Static, Type } from 'typebox';
import { nullable } from '../../core/schema.ts';

const Count = Type.Integer({ minimum: 0 });

const RunSchema = Type.Object({
  id: Type.String(),
  trigger: nullable(Type.String({ description: 'what asked for it' })),
  finishedAtMs: nullable(Type.Number()),
  /** From being taken up to its end. */
  elapsedMs: nullable(Type.Number()),
  attempts: Count,
  failure: nullable(Type.String({ description: 'one line; null where it succeeded' })),
});

/** A queue in brief. */
export const QueueBriefSchema = Type.Object({
  name: Type.String(),
  paused: Type.Boolean(),
  workers: nullable(Type.Integer({ minimum: 0, description: 'processes that take jobs; null: not known' })),
  counts: Type.Object({ waiting: Count, active: Count, delayed: Count, completed: Count, failed: Count }),
  everyMs: nullable(Type.Number({ description: 'interval of its schedule; null: none is set' })),
  nextAtMs: nullable(Type.Number({ description: 'when the schedule is due next' })),
  lateAfterMs: nullable(Type.Number({ description: 'without a finished run for this long it counts as late' })),
  lastCompleted: nullable(RunSchema),
  lastFailed: nullable(RunSchema),
});
export type QueueBrief = Static<typeof QueueBriefSchema>;

export const JobsSchema = Type.Object({
  atMs: Type.Number(),
  board: nullable(Type.String({ description: 'address of the dashboard with every job' })),
  queues: Type.Array(
    Type.Object({
      ...QueueBriefSchema.properties,
      late: nullable(Type.Boolean({ description: 'null where it has no schedule, or nothing was finished yet' })),
    }),
  ),
});
export type Jobs = Static<typeof JobsSchema>;
