import {
  type Icon,
  IconAdjustments,
  IconAlertHexagon,
  IconArrowsShuffle,
  IconBell,
  IconBolt,
  IconHistory,
  IconListDetails,
  IconMap2,
  IconStack2,
} from '@tabler/icons-react';
import { type ComponentType, lazy } from 'react';

/** A screen: its place in the address, in the menu and under the keys. */
export interface Screen {
  readonly name: string;
  /** Pattern of the address. */
  readonly path: string;
  readonly component: ComponentType<{ readonly params: Readonly<Record<string, string | undefined>> }>;
  /** Absent for screens that are reached from others. */
  readonly menu?: { readonly href: string; readonly label: string; readonly icon: Icon; readonly key: string };
}

/**
 * Every screen is loaded when it is first opened, but the first path that matches is taken. The service answers these
 * addresses with the page too: the first part of a new one must be named in api/screen-paths.ts.
 */
export const SCREENS: readonly Screen[] = [
  {
    name: 'map',
    path: '/',
    component: lazy(() => import('../screens/map/map-screen.tsx').then((it) => ({ default: it.MapScreen }))),
    menu: { href: '/', label: 'Map', icon: IconMap2, key: 'm' },
  },
  {
    name: 'links',
    path: '/links',
    component: lazy(() => import('../screens/links/links-screen.tsx').then((it) => ({ default: it.LinksScreen }))),
    menu: { href: '/links', label: 'Links', icon: IconListDetails, key: 'l' },
  },
  {
    name: 'link',
    path: '/links/:id',
    component: lazy(() => import('../screens/link/link-screen.tsx').then((it) => ({ default: it.LinkScreen }))),
  },
  {
    name: 'reroutes',
    // One screen for the list and for one of it, so that the map stays where it is.
    path: '/reroutes/:id?',
    component: lazy(() =>
      import('../screens/reroutes/reroutes-screen.tsx').then((it) => ({ default: it.ReroutesScreen })),
    ),
    menu: { href: '/reroutes', label: 'Reroutes', icon: IconArrowsShuffle, key: 'r' },
  },
  {
    name: 'risk',
    path: '/risk',
    component: lazy(() => import('../screens/risk/risk-screen.tsx').then((it) => ({ default: it.RiskScreen }))),
    menu: { href: '/risk', label: 'Risk', icon: IconAlertHexagon, key: 'k' },
  },
  {
    name: 'events',
    path: '/events',
    component: lazy(() => import('../screens/events/events-screen.tsx').then((it) => ({ default: it.EventsScreen }))),
    menu: { href: '/events', label: 'Events', icon: IconBell, key: 'e' },
  },
  {
    name: 'what-if',
    path: '/what-if',
    component: lazy(() => import('../screens/what-if/what-if-screen.tsx').then((it) => ({ default: it.WhatIfScreen }))),
    menu: { href: '/what-if', label: 'What if', icon: IconBolt, key: 'w' },
  },
  {
    name: 'replay',
    path: '/replay',
    component: lazy(() => import('../screens/replay/replay-screen.tsx').then((it) => ({ default: it.ReplayScreen }))),
    menu: { href: '/replay', label: 'Replay', icon: IconHistory, key: 'p' },
  },
  {
    name: 'control',
    path: '/control',
    component: lazy(() =>
      import('../screens/control/control-screen.tsx').then((it) => ({ default: it.ControlScreen })),
    ),
    menu: { href: '/control', label: 'Control', icon: IconAdjustments, key: 'c' },
  },
  {
    name: 'jobs',
    path: '/jobs',
    component: lazy(() => import('../screens/jobs/jobs-screen.tsx').then((it) => ({ default: it.JobsScreen }))),
    menu: { href: '/jobs', label: 'Jobs', icon: IconStack2, key: 'j' },
  },
];
