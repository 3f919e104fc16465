// The names of gluon.models.
export { lenet } from './lenet.ts'
export { type MlpconvOptions, mlpconv, type NinOptions, nin } from './nin.ts'
