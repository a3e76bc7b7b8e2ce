import { type Quadtree, quadtree } from 'd3-quadtree';
import type { Scene } from './scene.ts';

/** Nodes that stand nearer than this on the screen, px, are drawn as one. */
export const MERGE_PX = 15;

/** What is drawn at one zoom level: groups of nodes, and which place each link has beside its parallels. */
export interface Arrangement {
  /** Group of each node. */
  readonly groupOf: Int32Array;
  /** The node that stands for a group; groups are in order of rank. */
  readonly leader: Int32Array;
  readonly size: Int32Array;
  /** Place among the links between the same two groups: -1, 0, 1 for three of them, -0.5 and 0.5 for two. */
  readonly lane: Float64Array;
  readonly lanes: Int32Array;
}

/** Zoom levels at which nodes are grouped anew: two for every doubling. */
export function levelOf(k: number): number {
  return Math.round(Math.log2(k) * 2);
}

/** Nodes within `mergePx` at this level stand in the group of the most important one among them. 0: no groups. */
export function arrange(scene: Scene, level: number, mergePx = MERGE_PX): Arrangement {
  const radius = mergePx / 2 ** (level / 2);
  const { groupOf, leader, size } = mergePx > 0 ? grouped(scene, radius) : alone(scene);
  return { groupOf, leader, size, ...laneLinks(scene, groupOf) };
}

type Groups = Pick<Arrangement, 'groupOf' | 'leader' | 'size'>;

function alone(scene: Scene): Groups {
  const order = byRank(scene);
  const groupOf = new Int32Array(order.length);
  order.forEach((node, group) => {
    groupOf[node] = group;
  });
  return { groupOf, leader: Int32Array.from(order), size: new Int32Array(order.length).fill(1) };
}

function grouped(scene: Scene, radius: number): Groups {
  const groupOf = new Int32Array(scene.nodes.length).fill(-1);
  const leader: number[] = [];
  const size: number[] = [];
  const tree = quadtree<number>()
    .x((node) => scene.xs[node] ?? 0)
    .y((node) => scene.ys[node] ?? 0)
    .addAll(scene.nodes.map((_, node) => node));
  for (const node of byRank(scene)) {
    if (groupOf[node] !== -1) continue;
    const members = within(tree, scene, node, radius).filter((each) => groupOf[each] === -1);
    for (const each of members) groupOf[each] = leader.length;
    leader.push(node);
    size.push(members.length);
  }
  return { groupOf, leader: Int32Array.from(leader), size: Int32Array.from(size) };
}

function byRank(scene: Scene): number[] {
  return scene.nodes.map((_, node) => node).sort((x, y) => (scene.rank[y] ?? 0) - (scene.rank[x] ?? 0) || x - y);
}

function within(tree: Quadtree<number>, scene: Scene, node: number, radius: number): number[] {
  const x = scene.xs[node] ?? 0;
  const y = scene.ys[node] ?? 0;
  const found: number[] = [];
  tree.visit((quad, x0, y0, x1, y1) => {
    if (!quad.length) {
      let leaf: typeof quad | undefined = quad;
      while (leaf) {
        const each = leaf.data;
        if (Math.hypot((scene.xs[each] ?? 0) - x, (scene.ys[each] ?? 0) - y) <= radius) found.push(each);
        leaf = leaf.next;
      }
    }
    return x0 > x + radius || x1 < x - radius || y0 > y + radius || y1 < y - radius;
  });
  return found;
}

function laneLinks({ links, ends }: Scene, groupOf: Int32Array): Pick<Arrangement, 'lane' | 'lanes'> {
  const lane = new Float64Array(links.length);
  const lanes = new Int32Array(links.length);
  const bundles = new Map<number, number[]>();
  for (let i = 0; i < links.length; i += 1) {
    const a = groupOf[ends[2 * i] ?? 0] ?? 0;
    const z = groupOf[ends[2 * i + 1] ?? 0] ?? 0;
    if (a === z) continue;
    const key = Math.min(a, z) * groupOf.length + Math.max(a, z);
    const bundle = bundles.get(key);
    if (bundle) bundle.push(i);
    else bundles.set(key, [i]);
  }
  for (const bundle of bundles.values()) {
    bundle.forEach((link, place) => {
      lane[link] = place - (bundle.length - 1) / 2;
      lanes[link] = bundle.length;
    });
  }
  return { lane, lanes };
}
