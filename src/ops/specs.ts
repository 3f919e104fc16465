// The meaning of every op, under its name.

export { formulaOp as formula } from '../kinds/formula/formula.ts'
export { reductionOp as reduction } from '../kinds/reduction/reduction.ts'
export { concatOp as concat, splitOp as split } from './concat/concat.ts'
export {
  activationGradientSumOp as activationGradientSum,
  channelSumOp as channelSum,
  convDataOp as convData,
  convOp as conv,
  convWeightOp as convWeight,
} from './conv/conv.ts'
export { copyOp as copy, relayoutOp as relayout } from './copy/copy.ts'
export { dropoutMaskOp as dropoutMask } from './dropout/dropout.ts'
export { matmulOp as matmul } from './matmul/matmul.ts'
export {
  averagePoolGradientOp as averagePoolGradient,
  averagePoolOp as averagePool,
  maxPoolGradientOp as maxPoolGradient,
  maxPoolOp as maxPool,
} from './pool/pool.ts'
export {
  normalOp as normal,
  randintOp as randint,
  seedGeneratorOp as seedGenerator,
  shuffleOp as shuffle,
  uniformOp as uniform,
} from './random/random.ts'
export { argmaxOp as argmax } from './reduce/argmax.ts'
export { normalizeOp as normalize } from './resize/normalize.ts'
export { resizeOp as resize } from './resize/resize.ts'
export { toTensorOp as toTensor } from './resize/toTensor.ts'
export {
  softmaxCrossEntropyGradientOp as softmaxCrossEntropyGradient,
  softmaxCrossEntropyOp as softmaxCrossEntropy,
  softmaxOp as softmax,
} from './softmax/softmax.ts'
export {
  oneHotOp as oneHot,
  pickGradientOp as pickGradient,
  pickOp as pick,
  takeGradientOp as takeGradient,
  takeOp as take,
} from './take/take.ts'
export { broadcastToOp as broadcastTo } from './view/broadcastTo.ts'
export { reshapeOp as reshape } from './view/reshape.ts'
export { sliceOp as slice, unsliceOp as unslice, writeSliceOp as writeSlice } from './view/slice.ts'
export { transposeOp as transpose } from './view/transpose.ts'
