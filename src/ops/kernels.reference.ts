// The kernel of each op on the reference engine, under its name.

export { formulaReference as formula } from '../kinds/formula/formula.reference.ts'
export { reductionReference as reduction } from '../kinds/reduction/reduction.reference.ts'
export { concatReference as concat, splitReference as split } from './concat/concat.reference.ts'
export {
  activationGradientSumReference as activationGradientSum,
  channelSumReference as channelSum,
  convDataReference as convData,
  convReference as conv,
  convWeightReference as convWeight,
} from './conv/conv.reference.ts'
export { copyReference as copy, copyReference as relayout, copyReference as reshape } from './copy/copy.reference.ts'
export { dropoutMaskReference as dropoutMask } from './dropout/dropout.reference.ts'
export { matmulReference as matmul } from './matmul/matmul.reference.ts'
export {
  averagePoolGradientReference as averagePoolGradient,
  averagePoolReference as averagePool,
  maxPoolGradientReference as maxPoolGradient,
  maxPoolReference as maxPool,
} from './pool/pool.reference.ts'
export {
  normalReference as normal,
  randintReference as randint,
  seedGeneratorReference as seedGenerator,
  shuffleReference as shuffle,
  uniformReference as uniform,
} from './random/random.reference.ts'
export { argmaxReference as argmax } from './reduce/argmax.reference.ts'
export {
  normalizeReference as normalize,
  resizeReference as resize,
  toTensorReference as toTensor,
} from './resize/images.reference.ts'
export {
  softmaxCrossEntropyGradientReference as softmaxCrossEntropyGradient,
  softmaxCrossEntropyReference as softmaxCrossEntropy,
  softmaxReference as softmax,
} from './softmax/softmax.reference.ts'
export {
  oneHotReference as oneHot,
  pickGradientReference as pickGradient,
  pickReference as pick,
  takeGradientReference as takeGradient,
  takeReference as take,
} from './take/take.reference.ts'
export { broadcastToReference as broadcastTo } from './view/broadcastTo.reference.ts'
export {
  sliceReference as slice,
  unsliceReference as unslice,
  writeSliceReference as writeSlice,
} from './view/slice.reference.ts'
export { transposeReference as transpose } from './view/transpose.reference.ts'
