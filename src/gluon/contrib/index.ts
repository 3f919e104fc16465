// The names of gluon.contrib.
export * as estimator from './estimator/index.ts'
