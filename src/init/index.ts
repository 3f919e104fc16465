// The names of init.
export { Load, type LoadInitOptions, Mixed } from './byName.ts'
export { Initializer } from './initializer.ts'
export {
  Constant,
  LSTMBias,
  type LSTMBiasOptions,
  MSRAPrelu,
  type MSRAPreluOptions,
  Normal,
  type NormalInitOptions,
  One,
  Uniform,
  type UniformInitOptions,
  Xavier,
  type XavierOptions,
  Zero,
} from './initializers.ts'
export { Bilinear, LSTMBias, Orthogonal, type OrthogonalOptions } from './structured.ts'
