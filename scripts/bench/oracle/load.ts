import exported, { type Highs, type InitOptions } from 'highs';

/** The types describe the CommonJS build; as an ES module the default export is the loader itself. */
const load = exported as unknown as (options?: InitOptions) => Promise<Highs>;

/** HiGHS as WebAssembly: https://highs.dev. One instance serves many models. */
export function loadHighs(): Promise<Highs> {
  return load();
}
