// `import * as data from 'glueball/data'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../gluon/data/index.ts'
