/** Entry of the worker thread that does studies. */
export { study } from './study.ts';
