import { Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { useRefresh } from '../live/use-refresh.ts';
import { Empty, Loading } from '../shared/feedback.tsx';
import { useUrlState } from '../shared/url-state.ts';
import { Navigation } from './navigation.tsx';
import { Palette } from './palette.tsx';
import { ScreenBoundary } from './screen-boundary.tsx';
import { SCREENS } from './screens.ts';
import classes from './shell.module.css';
import { SignIn } from './sign-in.tsx';
import { TopBar } from './top-bar.tsx';
import { useKeys } from './use-keys.ts';

/** What stands around every screen: menu at the left (below, on a phone), state of everything at the top. */
export function Shell() {
  useKeys();
  const [parameters] = useUrlState();
  const [place] = useLocation();
  const wall = parameters.get('wall') === '1';
  useRefresh();
  return (
    <div className={classes.shell} data-wall={wall}>
      <a className={classes.skip} href="#main">
        Skip to content
      </a>
      {!wall && <Navigation />}
      <TopBar />
      <main className={classes.main} id="main" tabIndex={-1}>
        {/* What failed on one screen says nothing about another. */}
        <ScreenBoundary key={place.split('/')[1]}>
          <Suspense fallback={<Loading what="the screen" />}>
            <Switch>
              {SCREENS.map(({ name, path, component }) => (
                <Route key={name} path={path} component={component} />
              ))}
              <Route>
                <Empty title="There is no such screen">Choose one from the menu.</Empty>
              </Route>
            </Switch>
          </Suspense>
        </ScreenBoundary>
      </main>
      <Palette />
      <SignIn />
    </div>
  );
}
