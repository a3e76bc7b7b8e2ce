import classes from './control.module.css';
import { PlanWindow } from './plan-window.tsx';
import { WindowList } from './window-list.tsx';

/** Work on the network: windows that are planned, and the form that plans one. */
export function MaintenancePart() {
  return (
    <div className={classes.columns}>
      <WindowList />
      <PlanWindow />
    </div>
  );
}
