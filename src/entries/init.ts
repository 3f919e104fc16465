// `import * as init from 'glueball/init'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../init/index.ts'
