import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/core/paths.ts';
import type { CompiledGraph } from '../../src/twin/compiled.ts';

/** Medians per source, measured inside Python: without the start of the process. */
export interface IgraphTimes {
  readonly version: string;
  /** Distances from one source a call. */
  readonly distancesUs: number;
  /** The paths from one source a call. */
  readonly pathsUs: number;
  /** Distances from all sources in one call, per source. */
  readonly batchUs: number;
  /** Of all distances: shows that both did the same. */
  readonly sum: number;
}

/** Debian's own interpreter first: that is the one which sees its package python3-igraph. */
const INTERPRETERS = ['/usr/bin/python3', 'python3'];

/** Times igraph on this graph from every node; says on stderr why where it cannot, and answers null. */
export function timeIgraph(graph: CompiledGraph, cost: Float64Array, repeats: number): IgraphTimes | null {
  const input = JSON.stringify({
    n: graph.nodeCount,
    tail: [...graph.tail],
    head: [...graph.head],
    cost: [...cost],
    repeats,
  });
  let why = '';
  for (const python of INTERPRETERS) {
    const script = join(PACKAGE_ROOT, 'scripts', 'bench', 'time-igraph.py');
    const { status, stdout, stderr, error } = spawnSync(python, [script], {
      input,
      encoding: 'utf8',
      timeout: 120_000,
    });
    if (status === 0) return JSON.parse(stdout) as IgraphTimes;
    why ||= error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
  }
  process.stderr.write(`igraph was not measured: ${why} (apt-get install python3-igraph)\n`);
  return null;
}
