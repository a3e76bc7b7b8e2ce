// Called by `npm start` and `npm test` before anything else: installs what is missing, builds what changed.
// This file must be understood by every Node that knows modules, so that an old one can be told what is wrong;
// everything newer than Node 12 lives behind the dynamic import.
const NEEDED = [20, 19];
const found = process.versions.node.split('.').map(Number);
const tooOld = found[0] < NEEDED[0] || (found[0] === NEEDED[0] && found[1] < NEEDED[1]);

if (tooOld) {
  process.stderr.write(
    `DETOUR_ERR_NODE_TOO_OLD: this is Node ${process.versions.node}, Detour needs ${NEEDED.join('.')} or newer (see https://nodejs.org/en/download)\n`,
  );
  process.exit(1);
}

import('./setup/main.mjs')
  .then((setup) => setup.main())
  .catch((error) => {
    process.stderr.write(`setup: ${error instanceof Error ? error.stack : error}\n`);
    process.exit(1);
  });
