// `import * as loss from 'glueball/loss'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../gluon/loss/index.ts'
