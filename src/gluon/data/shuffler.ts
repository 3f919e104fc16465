// The generator that orders samples: NumPy's, as in Gluon, seeded by the library's one seed.
import { onSeed } from '../../ops/random/random.ts'
import { NumpyRandom } from './numpyRandom.ts'

/** Orders samples where no sampler of one's own does; `state` and `restore` are for checkpoints. */
export const shuffler: NumpyRandom = new NumpyRandom(0)

onSeed((seed) => shuffler.seed(seed >>> 0))
