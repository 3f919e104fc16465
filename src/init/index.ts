// The names of init.
export { Initializer } from './initializer.ts'
export {
  Constant,
  LSTMBias,
  type LSTMBiasOptions,
  MSRAPrelu,
  type MSRAPreluOptions,
  Normal,
  One,
  Uniform,
  Xavier,
  type XavierOptions,
  Zero,
} from './initializers.ts'
