// `import * as rnn from 'glueball/rnn'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../gluon/rnn/index.ts'
