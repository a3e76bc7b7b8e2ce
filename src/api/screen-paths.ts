/** First parts of the screens' addresses; anything else that is unknown stays a 404. */
export const SCREEN_PATHS = ['links', 'reroutes', 'risk', 'events', 'what-if', 'replay', 'control', 'jobs'] as const;
