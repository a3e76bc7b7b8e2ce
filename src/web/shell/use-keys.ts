import { useHotkeys } from '@mantine/hooks';
import { useLocation } from 'wouter';
import { SCREENS } from './screens.ts';

/** One key opens a screen; not while something is typed. */
export function useKeys(): void {
  const [, navigate] = useLocation();
  useHotkeys(SCREENS.flatMap(({ menu }) => (menu ? [[menu.key, () => navigate(menu.href)] as const] : [])).map(toItem));
}

const toItem = ([key, handler]: readonly [string, () => void]): [string, () => void] => [key, handler];
