// `import * as random from 'glueball/random'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../nd/random.ts'
