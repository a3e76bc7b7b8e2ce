/** Entry of the worker thread that works out where nodes are drawn. */
import type { Network } from '../../../topology/model.ts';
import { type Layout, layoutOf } from './layout.ts';

export interface LayoutTask {
  readonly network: Pick<Network, 'nodes' | 'links'>;
  readonly networkHash: string;
}

export function layout({ network, networkHash }: LayoutTask): Layout {
  return layoutOf(network, networkHash);
}
