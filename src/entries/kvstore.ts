// `import * as kvstore from 'glueball/kvstore'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../gluon/kvstore/index.ts'
