// The generator that orders samples: NumPy's, as in Gluon, seeded by the library's one seed.
import { NumpyRandom } from '../../nd/mt19937.ts'
import { onSeed } from '../../ops/random/random.ts'

/** Orders samples where no sampler of one's own does; `state` and `restore` are for checkpoints. */
export const shuffler: NumpyRandom = new NumpyRandom(0)

onSeed((seed) => shuffler.seed(seed >>> 0))
