// `import * as nn from 'glueball/nn'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../gluon/nn/index.ts'
