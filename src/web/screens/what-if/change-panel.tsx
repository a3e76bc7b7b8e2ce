import { Button, CopyButton, SegmentedControl, Slider } from '@mantine/core';
import type { Selection } from '../../map/use-map-settings.ts';
import layout from '../../shared/side-by-side.module.css';
import { ACTS, type Act, type Imagined, isNothing, SCALE } from './imagined.ts';
import classes from './what-if.module.css';

interface Props {
  readonly imagined: Imagined;
  readonly act: Act;
  readonly setAct: (act: Act) => void;
  readonly selection: Selection | null;
  readonly toggle: (act: Act, id: string) => void;
  readonly setScale: (scale: number) => void;
  readonly clear: () => void;
}

/** What is imagined, and the ways to imagine more. */
export function ChangePanel({ imagined, act, setAct, selection, toggle, setScale, clear }: Props) {
  return (
    <section aria-label="Change">
      <h2>What if</h2>
      <div className={classes.act}>
        <span className="dim">A click</span>
        <SegmentedControl
          size="xs"
          aria-label="What a click on the map does"
          data={ACTS.map((value) => ({ value, label: value === 'fail' ? 'fails' : 'drains' }))}
          value={act}
          onChange={(value) => setAct(value as Act)}
        />
        <span className="dim">a link or node</span>
      </div>
      {selection && (
        <div className={layout.buttons}>
          <span className="id">{selection.id}</span>
          {ACTS.map((each) => (
            <Button key={each} size="compact-xs" variant="default" onClick={() => toggle(each, selection.id)}>
              {imagined[each].includes(selection.id) ? `Do not ${each}` : each === 'fail' ? 'Fail (f)' : 'Drain (d)'}
            </Button>
          ))}
        </div>
      )}
      <ul className={classes.changes} aria-label="Changes">
        {ACTS.flatMap((each) =>
          imagined[each].map((id) => (
            <li key={`${each}:${id}`}>
              <button type="button" className={classes.chip} data-act={each} onClick={() => toggle(each, id)}>
                {each === 'fail' ? 'failed' : 'drained'} <span className="id">{id}</span>{' '}
                <span aria-hidden="true">×</span>
                <span className="visually-hidden">take back</span>
              </button>
            </li>
          )),
        )}
      </ul>
      <div className={classes.scale}>
        <span id="traffic">Traffic</span>
        <Slider
          className={classes.slider}
          size="sm"
          {...SCALE}
          value={imagined.scale}
          onChange={setScale}
          label={(value) => `${Math.round(value * 100)} %`}
          thumbLabel="Traffic, as a part of what there is now"
          aria-labelledby="traffic"
        />
        <span className="figure">{Math.round(imagined.scale * 100)} %</span>
      </div>
      <div className={layout.buttons}>
        <Button size="compact-xs" variant="default" disabled={isNothing(imagined)} onClick={clear}>
          As it is now
        </Button>
        <CopyButton value={window.location.href}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy address'}
            </Button>
          )}
        </CopyButton>
      </div>
    </section>
  );
}
