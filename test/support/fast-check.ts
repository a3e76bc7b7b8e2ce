import fc from 'fast-check';

/** A run is the same everywhere; `DETOUR_TEST_SEED=random`, or a number, looks elsewhere. */
const FIXED_SEED = 20_260_131;

const wanted = process.env.DETOUR_TEST_SEED;
if (wanted !== 'random')
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: wanted ? Number(wanted) : FIXED_SEED });
