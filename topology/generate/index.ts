export { type BackboneOptions, generateBackbone, MAX_ROUTERS, MIN_ROUTERS } from './backbone.ts';
