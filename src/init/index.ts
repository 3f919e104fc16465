// The names of init.
export { Load, type LoadInitOptions, Mixed } from './byName.ts'
export { Initializer } from './initializer.ts'
export {
  Constant,
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
export { Bilinear, LSTMBias, type LSTMBiasOptions, Orthogonal, type OrthogonalOptions } from './structured.ts'
