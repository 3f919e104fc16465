// `import * as autograd from 'glueball/autograd'`: the namespace by itself, for bundlers that keep all of one behind the root.
import '../setup.ts'

export * from '../autograd/index.ts'
