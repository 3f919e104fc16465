// `import * as io from 'glueball/io'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../gluon/interop.ts'
