/**
 * The order of the steps of a plan with explicit routes: `orderMoves` finds it, `describeDeadlock` says in words why
 * there is none. For a plan that is realised by metrics see `../metrics`.
 */
export type { OrderFlow, OrderFrame, OrderMove } from './change.ts';
export { describeDeadlock } from './describe.ts';
export type { Offer, OfferStep } from './offer.ts';
export { type Block, type Deadlock, type OrderInput, type OrderResult, orderMoves } from './order.ts';
