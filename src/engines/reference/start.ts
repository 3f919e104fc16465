// The context of the reference engine.
import { Context } from '../../core/engine.ts'
import { ReferenceEngine } from './engine.ts'
import { referenceKernels } from './kernels.ts'

const context = new Context('reference', 0, () => new ReferenceEngine(referenceKernels))

/** The reference engine: plain loops, slow, with float64; for checks. */
export function reference(): Context {
  return context
}
