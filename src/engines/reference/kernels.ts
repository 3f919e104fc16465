// The kernels of the reference engine: one for each op.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import {
  channelSumReference,
  convDataReference,
  convReference,
  convWeightReference,
} from '../../ops/conv/conv.reference.ts'
import { copyReference } from '../../ops/copy/copy.reference.ts'
import { fillReference } from '../../ops/fill/fill.reference.ts'
import { matmulReference } from '../../ops/matmul/matmul.reference.ts'
import { castReference } from '../../ops/pointwise/cast.reference.ts'
import { pointwiseReference } from '../../ops/pointwise/pointwise.reference.ts'
import {
  normalReference,
  randintReference,
  seedGeneratorReference,
  shuffleReference,
  uniformReference,
} from '../../ops/random/draws.reference.ts'
import { sgdUpdateReference } from '../../ops/update/update.reference.ts'
import type { KernelTable } from '../table.ts'

/** A kernel for every op. */
export const referenceKernels: KernelTable<ReferenceKernel<never>> = {
  cast: castReference,
  channelSum: channelSumReference,
  conv: convReference,
  convData: convDataReference,
  convWeight: convWeightReference,
  copy: copyReference,
  fill: fillReference,
  matmul: matmulReference,
  normal: normalReference,
  pointwise: pointwiseReference,
  randint: randintReference,
  relayout: copyReference,
  reshape: copyReference,
  seedGenerator: seedGeneratorReference,
  sgdMomentumUpdate: sgdUpdateReference,
  sgdUpdate: sgdUpdateReference,
  shuffle: shuffleReference,
  uniform: uniformReference,
}
