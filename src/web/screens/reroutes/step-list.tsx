import type { Proposal } from '../../../api/schemas/screen.ts';
import { plural } from '../../shared/format.ts';
import panel from './proposal-panel.module.css';
import classes from './why-this.module.css';

/** Names of a step that are spelt out; the rest is a number. */
const NAMED = 8;
const MOST_STEPS = 50;

/** In which order the moves are made, so that no link overflows on the way. Absent where it was never worked out. */
export function StepList({ steps, orderDeadlock, moves }: Pick<Proposal, 'steps' | 'orderDeadlock' | 'moves'>) {
  if (!steps) return null;
  const nameOf = new Map(moves.map(({ demand, source, target }) => [demand, `${source} → ${target}`]));
  const named = (demands: readonly string[]) => demands.slice(0, NAMED).map((id) => nameOf.get(id) ?? id);
  return (
    <section aria-label="Order of steps" data-testid="steps">
      <h3>Order</h3>
      {steps.length > 0 && <p>{sentence(steps.length)}</p>}
      {steps.length > 1 && (
        <details className={classes.details}>
          <summary>The {steps.length} steps</summary>
          <ol className={panel.reasons}>
            {steps.slice(0, MOST_STEPS).map((step) => (
              <li key={step[0]}>
                {named(step).join(', ')}
                {step.length > NAMED && ` and ${step.length - NAMED} more`}
              </li>
            ))}
          </ol>
          {steps.length > MOST_STEPS && <p className="dim">and {plural(steps.length - MOST_STEPS, 'more step')}</p>}
        </details>
      )}
      {orderDeadlock && (
        <p>
          {plural(orderDeadlock.demands.length, 'demand')} cannot be moved without a short overload:{' '}
          {orderDeadlock.reason}.{orderDeadlock.offer !== null && ` ${orderDeadlock.offer}.`}
        </p>
      )}
    </section>
  );
}

function sentence(count: number): string {
  const order = count === 1 ? 'All in one step' : `${count} steps, one after another`;
  return `${order}: new ways are in place before old ones go, and no link gets fuller on the way than its limit, or than before or after.`;
}
