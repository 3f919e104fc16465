// `import * as gluon from 'glueball/gluon'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../gluon/index.ts'
