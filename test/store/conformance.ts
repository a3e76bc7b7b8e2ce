import { describe, expect, it } from 'vitest';
import { control } from './conformance-control.ts';
import { history } from './conformance-history.ts';
import { leases } from './conformance-leases.ts';
import { plans } from './conformance-plans.ts';
import { pollers } from './conformance-pollers.ts';
import { predictions } from './conformance-predictions.ts';
import { queues } from './conformance-queues.ts';
import { scores } from './conformance-scores.ts';
import { type StoreFactory, withStore } from './fixture.ts';

/** What every implementation of the store has to do. */
export function storeConformance(create: StoreFactory): void {
  describe('sample queue', () => queues(create));
  describe('scores and events', () => scores(create));
  describe('plans and proposals', () => plans(create));
  describe('control and audit', () => control(create));
  describe('history feed and questions', () => history(create));
  describe('leases and counters', () => leases(create));
  describe('pollers and discovery', () => pollers(create));
  describe('predictions and forecasts', () => predictions(create));

  describe('as a whole', () => {
    const fixture = withStore(create);
    it('answers a ping with a time', async () => {
      expect(await fixture().store.ping()).toBeGreaterThanOrEqual(0);
    });
    it('closes twice without harm', async () => {
      await fixture().store.close();
      await expect(fixture().store.close()).resolves.toBeUndefined();
    });
  });
}
