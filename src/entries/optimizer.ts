// `import * as optimizer from 'glueball/optimizer'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../optimizer/index.ts'
