import type { Split } from './split.ts';
import type { TreeEnsemble } from './tree-ensemble.ts';

/** Collects the nodes of one growing tree. */
export class TreeWriter {
  readonly #featureCount: number;
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #missingLeft: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #value: number[] = [];
  readonly #gain: Float64Array;

  constructor(featureCount: number) {
    this.#featureCount = featureCount;
    this.#gain = new Float64Array(featureCount);
  }

  /** Begins the tree; answers its root. */
  root(): number {
    return this.#node();
  }

  /** Makes a node an inner one; answers its children. */
  split(node: number, split: Split & { readonly threshold: number }): readonly [left: number, right: number] {
    this.#feature[node] = split.feature;
    this.#threshold[node] = split.threshold;
    this.#missingLeft[node] = split.missingLeft ? 1 : 0;
    this.#gain[split.feature] = (this.#gain[split.feature] as number) + split.gain;
    const [left, right] = [this.#node(), this.#node()];
    this.#left[node] = left;
    this.#right[node] = right;
    return [left, right];
  }

  leaf(node: number, value: number): void {
    this.#value[node] = value;
  }

  /** The tree, with what each feature gained in its unit. */
  tree(): TreeEnsemble {
    return {
      featureCount: this.#featureCount,
      base: 0,
      roots: Int32Array.of(0),
      feature: Int16Array.from(this.#feature),
      threshold: Float32Array.from(this.#threshold),
      missingLeft: Uint8Array.from(this.#missingLeft),
      left: Int32Array.from(this.#left),
      right: Int32Array.from(this.#right),
      value: Float32Array.from(this.#value),
      gain: this.#gain,
    };
  }

  #node(): number {
    this.#feature.push(-1);
    this.#threshold.push(0);
    this.#missingLeft.push(0);
    this.#left.push(-1);
    this.#right.push(-1);
    this.#value.push(0);
    return this.#feature.length - 1;
  }
}
