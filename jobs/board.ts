import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { PlanService } from './scheduler-service.ts';

/** The queues of a started service as bull-board shows them. */
export function boardQueues(service: PlanService): BullMQAdapter[] {
  return service.queues.map((queue) => new BullMQAdapter(queue));
}
