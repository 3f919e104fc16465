// The names of optimizer.
export { AdaDelta, type AdaDeltaOptions } from './adaDelta.ts'
export { AdaGrad, type AdaGradOptions } from './adaGrad.ts'
export { Adam, type AdamOptions } from './adam.ts'
export { Adamax, type AdamaxOptions } from './adamax.ts'
export { AdamW, type AdamWOptions } from './adamW.ts'
export {
  create,
  type OptimizerClass,
  type OptimizerName,
  type OptionsByName,
  type OptionsOf,
  register,
} from './create.ts'
export { Ftrl, type FtrlOptions } from './ftrl.ts'
export { LAMB, type LAMBOptions } from './lamb.ts'
export { LARS, type LARSOptions } from './lars.ts'
export { Nadam, type NadamOptions } from './nadam.ts'
export { NAG, type NAGOptions } from './nag.ts'
export { Optimizer, type OptimizerOptions, type RateFunction, type UpdateNumbers } from './optimizer.ts'
export { RMSProp, type RMSPropOptions } from './rmsProp.ts'
export { SGD, type SGDOptions } from './sgd.ts'
export { Signum, type SignumOptions } from './signum.ts'
