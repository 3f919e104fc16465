// The kernel of each op on the reference engine, under its name.

export { formulaReference as formula } from '../kinds/formula/formula.reference.ts'
export { movementReference as movement } from '../kinds/movement/movement.reference.ts'
export { reductionReference as reduction } from '../kinds/reduction/reduction.reference.ts'
export { scanReference as scan } from '../kinds/scan/scan.reference.ts'
export {
  activationGradientSumReference as activationGradientSum,
  channelSumReference as channelSum,
  convDataReference as convData,
  convReference as conv,
  convWeightReference as convWeight,
} from './conv/conv.reference.ts'
export { copyReference as copy, copyReference as reshape } from './copy/copy.reference.ts'
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
export { resizeReference as resize } from './resize/resize.reference.ts'
export {
  pickGradientReference as pickGradient,
  pickReference as pick,
  takeGradientReference as takeGradient,
  takeReference as take,
} from './take/take.reference.ts'
