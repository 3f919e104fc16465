// The names of init.
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
