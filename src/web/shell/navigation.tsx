import { Link, useRoute } from 'wouter';
import { useLive } from '../live/use-live.ts';
import classes from './navigation.module.css';
import { SCREENS, type Screen } from './screens.ts';

export function Navigation() {
  return (
    <nav className={classes.navigation} aria-label="Screens">
      <Link href="/" className={classes.logo} aria-label="Detour: map">
        <Logo />
      </Link>
      <ul>{SCREENS.map((screen) => screen.menu && <Item key={screen.name} screen={screen} menu={screen.menu} />)}</ul>
    </nav>
  );
}

function Item({ screen, menu }: { readonly screen: Screen; readonly menu: NonNullable<Screen['menu']> }) {
  const [isHere] = useRoute(screen.path);
  const [isBelow] = useRoute(`${screen.path}/*`);
  const isCurrent = isHere || (screen.path !== '/' && isBelow);
  const Icon = menu.icon;
  return (
    <li>
      <Link href={screen.path} className={classes.item} aria-current={isCurrent ? 'page' : undefined}>
        <Icon className={classes.icon} size={18} stroke={1.6} aria-hidden="true" />
        <span>{menu.label}</span>
        {screen.name === 'reroutes' && <OpenReroutes />}
      </Link>
    </li>
  );
}

/** How many proposals stand, while any does. */
function OpenReroutes() {
  const open = useLive(({ proposals }) => proposals.length);
  if (open === 0) return null;
  return (
    <span className={classes.badge}>
      {open}
      <span className="visually-hidden"> open</span>
    </span>
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d="M3 17h4c3 0 4-2 4-5s1-5 4.500-5H20m-3-3.500L20.500 7 17 10.500" className={classes.stroke} />
    </svg>
  );
}
