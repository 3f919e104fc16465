// The names of init.
export { Initializer } from './initializer.ts'
export {
  Constant,
  MSRAPrelu,
  type MSRAPreluOptions,
  Normal,
  One,
  Uniform,
  Xavier,
  type XavierOptions,
  Zero,
} from './initializers.ts'
export { LSTMBias, type LSTMBiasOptions } from './lstmBias.ts'
