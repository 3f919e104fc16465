// `import * as nd from 'glueball/nd'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../nd/index.ts'
