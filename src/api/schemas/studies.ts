/** The types of questions about other times and other networks, for the browser app. */
export type { Change } from '../../reroute/change.ts';
export type { Moment } from '../../reroute/moment.ts';
export type { Replay } from '../../reroute/replay.ts';
export type { ArcLoad, Figures, WhatIf } from '../../reroute/what-if.ts';
