// `import * as lrScheduler from 'glueball/lrScheduler'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../lrScheduler/index.ts'
