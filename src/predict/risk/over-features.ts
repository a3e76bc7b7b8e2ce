import type { LogisticModel } from '../logistic.ts';
import type { TreeEnsemble } from '../trees/tree-ensemble.ts';
import type { HorizonRisk, RiskModel } from './model.ts';

/**
 * The same model over other columns: an installation's own model goes on answering when Detour has learnt to make more
 * features. What it was not trained on it passes over. Null where it needs a feature that is not among `names`: nothing
 * but its name says what a feature means.
 */
export function overFeatures(model: RiskModel, names: readonly string[]): RiskModel | null {
  const places = Int16Array.from(model.features, (name) => names.indexOf(name));
  if (places.includes(-1)) return null;
  return { features: names, horizons: model.horizons.map((horizon) => moved(horizon, places, names.length)) };
}

function moved({ ensemble, boosted, forest }: HorizonRisk, places: Int16Array, width: number): HorizonRisk {
  const { members } = ensemble;
  return {
    ensemble: {
      ...ensemble,
      members: {
        boosted: movedTrees(members.boosted, places, width),
        forest: movedTrees(members.forest, places, width),
        logistic: movedLogistic(members.logistic, places, width),
      },
    },
    boosted,
    forest,
  };
}

function movedTrees(trees: TreeEnsemble, places: Int16Array, width: number): TreeEnsemble {
  const feature = trees.feature.map((own) => (own < 0 ? own : (places[own] as number)));
  return { ...trees, feature, featureCount: width, gain: spread(trees.gain, places, width, 0) };
}

/** A column of weight 0 says nothing, whatever stands in it. */
function movedLogistic({ mean, scale, weight, ...rest }: LogisticModel, places: Int16Array, width: number) {
  return {
    ...rest,
    mean: spread(mean, places, width, 0),
    scale: spread(scale, places, width, 1),
    weight: spread(weight, places, width, 0),
  };
}

function spread(values: Float64Array, places: Int16Array, width: number, rest: number): Float64Array {
  const all = new Float64Array(width).fill(rest);
  places.forEach((place, own) => {
    all[place] = values[own] as number;
  });
  return all;
}
