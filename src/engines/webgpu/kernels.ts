// The kernels of the GPU engine: one for each op.
import type { WgslKernel } from '../../kernel/wgsl/plan.ts'
import { formulaWgsl } from '../../kinds/formula/formula.wgsl.ts'
import { movementWgsl } from '../../kinds/movement/movement.wgsl.ts'
import { reductionWgsl } from '../../kinds/reduction/reduction.wgsl.ts'
import { activationGradientSumWgsl, channelSumWgsl } from '../../ops/conv/channelSum.wgsl.ts'
import { convDataWgsl, convWeightWgsl, convWgsl } from '../../ops/conv/conv.wgsl.ts'
import { copyWgsl } from '../../ops/copy/copy.wgsl.ts'
import { dropoutMaskWgsl } from '../../ops/dropout/dropout.wgsl.ts'
import { matmulWgsl } from '../../ops/matmul/matmul.wgsl.ts'
import { averagePoolGradientWgsl, averagePoolWgsl, maxPoolGradientWgsl, maxPoolWgsl } from '../../ops/pool/pool.wgsl.ts'
import { normalWgsl, randintWgsl, seedGeneratorWgsl, shuffleWgsl, uniformWgsl } from '../../ops/random/random.wgsl.ts'
import { argmaxWgsl } from '../../ops/reduce/argmax.wgsl.ts'
import { normalizeWgsl, resizeWgsl, toTensorWgsl } from '../../ops/resize/images.wgsl.ts'
import {
  softmaxCrossEntropyGradientWgsl,
  softmaxCrossEntropyWgsl,
  softmaxWgsl,
} from '../../ops/softmax/softmax.wgsl.ts'
import { oneHotWgsl, pickGradientWgsl, pickWgsl, takeGradientWgsl, takeWgsl } from '../../ops/take/take.wgsl.ts'
import type { KernelTable } from '../table.ts'

/** A kernel for every op. */
export const webgpuKernels: KernelTable<WgslKernel<never>> = {
  activationGradientSum: activationGradientSumWgsl,
  argmax: argmaxWgsl,
  averagePool: averagePoolWgsl,
  averagePoolGradient: averagePoolGradientWgsl,
  channelSum: channelSumWgsl,
  conv: convWgsl,
  convData: convDataWgsl,
  convWeight: convWeightWgsl,
  copy: copyWgsl,
  dropoutMask: dropoutMaskWgsl,
  formula: formulaWgsl,
  matmul: matmulWgsl,
  maxPool: maxPoolWgsl,
  maxPoolGradient: maxPoolGradientWgsl,
  movement: movementWgsl,
  normal: normalWgsl,
  normalize: normalizeWgsl,
  oneHot: oneHotWgsl,
  pick: pickWgsl,
  pickGradient: pickGradientWgsl,
  randint: randintWgsl,
  reduction: reductionWgsl,
  reshape: copyWgsl,
  resize: resizeWgsl,
  seedGenerator: seedGeneratorWgsl,
  shuffle: shuffleWgsl,
  softmax: softmaxWgsl,
  softmaxCrossEntropy: softmaxCrossEntropyWgsl,
  softmaxCrossEntropyGradient: softmaxCrossEntropyGradientWgsl,
  take: takeWgsl,
  takeGradient: takeGradientWgsl,
  toTensor: toTensorWgsl,
  uniform: uniformWgsl,
}
