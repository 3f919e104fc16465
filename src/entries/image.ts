// `import * as image from 'glueball/image'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../image/index.ts'
