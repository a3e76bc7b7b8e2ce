import { STATE } from './link-timeline.ts';
import type { Moment } from './moment.ts';

/** As far back as hours are kept. */
const HOURS_BACK = 168;

/** Hours since each link was last unhealthy or down; the week that is looked at where it was not. */
export function hoursSinceTrouble(moment: Moment): Float32Array {
  const since = new Float32Array(moment.linkCount).fill(HOURS_BACK);
  eachHourBack(moment, HOURS_BACK, (worst, back) => {
    for (let link = 0; link < since.length; link += 1) {
      if ((worst[link] as number) >= STATE.unhealthy && since[link] === HOURS_BACK) since[link] = back;
    }
  });
  for (let steps = 59; steps >= 0; steps -= 1) {
    const states = moment.statesBack(steps);
    if (states === null) continue;
    for (let link = 0; link < since.length; link += 1) {
      if ((states[link] as number) >= STATE.unhealthy) since[link] = steps / 60;
    }
  }
  return since;
}

/** Whole hours of the last `hours` in which each link was unhealthy or down at some time. */
export function troubledHours(moment: Moment, hours: number): Float32Array {
  const count = new Float32Array(moment.linkCount);
  eachHourBack(moment, hours, (worst) => {
    for (let link = 0; link < count.length; link += 1) {
      if ((worst[link] as number) >= STATE.unhealthy) count[link] = (count[link] as number) + 1;
    }
  });
  return count;
}

/** Minutes of the last `length` in which each link was at least in this state. */
export function minutesInState(moment: Moment, length: number, state: number): Float32Array {
  const count = new Float32Array(moment.linkCount);
  for (let steps = 0; steps < length; steps += 1) {
    const states = moment.statesBack(steps);
    if (states === null) continue;
    for (let link = 0; link < count.length; link += 1) {
      if ((states[link] as number) >= state) count[link] = (count[link] as number) + 1;
    }
  }
  return count;
}

/** How often each link went from working to unhealthy or down within the last hour. */
export function onsetsWithinHour(moment: Moment): Float32Array {
  const count = new Float32Array(moment.linkCount);
  for (let steps = 59; steps >= 0; steps -= 1) {
    const [before, states] = [moment.statesBack(steps + 1), moment.statesBack(steps)];
    if (before === null || states === null) continue;
    for (let link = 0; link < count.length; link += 1) {
      const isOnset = (states[link] as number) >= STATE.unhealthy && (before[link] as number) < STATE.unhealthy;
      if (isOnset) count[link] = (count[link] as number) + 1;
    }
  }
  return count;
}

function eachHourBack(moment: Moment, hours: number, visit: (worst: Float32Array, back: number) => void): void {
  const worst = new Float32Array(moment.linkCount);
  for (let back = 1; back <= hours; back += 1) if (moment.worstOfHour(back, worst)) visit(worst, back);
}
