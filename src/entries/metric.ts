// `import * as metric from 'glueball/metric'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../gluon/metric/index.ts'
