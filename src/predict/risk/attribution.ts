import { FOREST_FLOOR } from '../ensemble.ts';
import { type LogisticModel, standardised } from '../logistic.ts';
import { logit } from '../trees/losses.ts';
import type { HorizonRisk } from './model.ts';
import { PathWalk } from './path-walk.ts';

/**
 * How much each feature moved the log odds of one row away from those of the average row: along the path through each
 * tree, what the mean of the node changes by goes to the feature that was asked (Saabas 2014); of the logistic
 * regression, weight times distance from the mean. The forest's shares are scaled to what it moved the log odds by.
 */
export function contributionsOf(risk: HorizonRisk, values: Float32Array, at = 0): Float64Array {
  const { members, weights } = risk.ensemble;
  const [ofBoosted, ofForest, ofLogistic] = weights as [number, number, number];
  const { boosted, forest } = walksOf(risk);
  const into = new Float64Array(members.logistic.weight.length);
  boosted.add(values, at, into);
  for (let feature = 0; feature < into.length; feature += 1) into[feature] = ofBoosted * (into[feature] as number);
  if (ofForest !== 0) addForest(risk, forest, values, at, into, ofForest);
  if (ofLogistic !== 0) addLinear(members.logistic, values, at, into, ofLogistic);
  return into;
}

interface Walks {
  readonly boosted: PathWalk;
  readonly forest: PathWalk;
}

const walks = new WeakMap<HorizonRisk, Walks>();

/** The trees laid out for explanations, which is done once. */
function walksOf(risk: HorizonRisk): Walks {
  const known = walks.get(risk);
  if (known !== undefined) return known;
  const { boosted, forest } = risk.ensemble.members;
  const made = { boosted: new PathWalk(boosted, risk.boosted.mean), forest: new PathWalk(forest, risk.forest.mean) };
  walks.set(risk, made);
  return made;
}

function addForest(
  risk: HorizonRisk,
  walk: PathWalk,
  values: Float32Array,
  at: number,
  into: Float64Array,
  weight: number,
): void {
  const { forest } = risk.ensemble.members;
  const own = new Float64Array(into.length);
  const moved = walk.add(values, at, own);
  if (moved === 0) return;
  const base = forest.roots.reduce((sum, root) => sum + (risk.forest.mean[root] as number), forest.base);
  const scale = (weight * (kept(base + moved) - kept(base))) / moved;
  for (let feature = 0; feature < own.length; feature += 1) {
    into[feature] = (into[feature] as number) + scale * (own[feature] as number);
  }
}

const kept = (share: number) => logit(Math.min(1 - FOREST_FLOOR, Math.max(FOREST_FLOOR, share)));

function addLinear(model: LogisticModel, values: Float32Array, at: number, into: Float64Array, weight: number): void {
  for (let feature = 0; feature < into.length; feature += 1) {
    const own = (model.weight[feature] as number) * standardised(model, values[at + feature] as number, feature);
    into[feature] = (into[feature] as number) + weight * own;
  }
}
