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
  const [isHere] = useRoute(menu.href);
  const [isBelow] = useRoute(`${menu.href}/*`);
  const isCurrent = isHere || (menu.href !== '/' && isBelow);
  const Icon = menu.icon;
  return (
    <li>
      <Link href={menu.href} className={classes.item} aria-current={isCurrent ? 'page' : undefined}>
        <Icon className={classes.icon} size={18} stroke={1.6} aria-hidden="true" />
        <span>{menu.label}</span>
        {screen.name === 'reroutes' && <OpenReroutes />}
      </Link>
    </li>
  );
}

const NONE = { proposed: 0, applied: 0, noSafeAlternative: 0 };

/** How many proposals stand, while any does. */
function OpenReroutes() {
  const open = useLive(({ status }) => {
    const { proposed, applied, noSafeAlternative } = status?.proposals ?? NONE;
    return proposed + applied + noSafeAlternative;
  });
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
