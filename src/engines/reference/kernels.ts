// The kernels of the reference engine: one for each op.
import type { ReferenceKernel } from '../../kernel/reference.ts'
import { formulaReference } from '../../kinds/formula/formula.reference.ts'
import { movementReference } from '../../kinds/movement/movement.reference.ts'
import { reductionReference } from '../../kinds/reduction/reduction.reference.ts'
import {
  activationGradientSumReference,
  channelSumReference,
  convDataReference,
  convReference,
  convWeightReference,
} from '../../ops/conv/conv.reference.ts'
import { copyReference } from '../../ops/copy/copy.reference.ts'
import { dropoutMaskReference } from '../../ops/dropout/dropout.reference.ts'
import { matmulReference } from '../../ops/matmul/matmul.reference.ts'
import {
  averagePoolGradientReference,
  averagePoolReference,
  maxPoolGradientReference,
  maxPoolReference,
} from '../../ops/pool/pool.reference.ts'
import {
  normalReference,
  randintReference,
  seedGeneratorReference,
  shuffleReference,
  uniformReference,
} from '../../ops/random/random.reference.ts'
import { argmaxReference } from '../../ops/reduce/argmax.reference.ts'
import { normalizeReference, resizeReference, toTensorReference } from '../../ops/resize/images.reference.ts'
import {
  softmaxCrossEntropyGradientReference,
  softmaxCrossEntropyReference,
  softmaxReference,
} from '../../ops/softmax/softmax.reference.ts'
import {
  oneHotReference,
  pickGradientReference,
  pickReference,
  takeGradientReference,
  takeReference,
} from '../../ops/take/take.reference.ts'
import type { KernelTable } from '../table.ts'

/** A kernel for every op. */
export const referenceKernels: KernelTable<ReferenceKernel<never>> = {
  activationGradientSum: activationGradientSumReference,
  argmax: argmaxReference,
  averagePool: averagePoolReference,
  averagePoolGradient: averagePoolGradientReference,
  channelSum: channelSumReference,
  conv: convReference,
  convData: convDataReference,
  convWeight: convWeightReference,
  copy: copyReference,
  dropoutMask: dropoutMaskReference,
  formula: formulaReference,
  matmul: matmulReference,
  maxPool: maxPoolReference,
  maxPoolGradient: maxPoolGradientReference,
  movement: movementReference,
  normal: normalReference,
  normalize: normalizeReference,
  oneHot: oneHotReference,
  pick: pickReference,
  pickGradient: pickGradientReference,
  randint: randintReference,
  reduction: reductionReference,
  reshape: copyReference,
  resize: resizeReference,
  seedGenerator: seedGeneratorReference,
  shuffle: shuffleReference,
  softmax: softmaxReference,
  softmaxCrossEntropy: softmaxCrossEntropyReference,
  softmaxCrossEntropyGradient: softmaxCrossEntropyGradientReference,
  take: takeReference,
  takeGradient: takeGradientReference,
  toTensor: toTensorReference,
  uniform: uniformReference,
}
