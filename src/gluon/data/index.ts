// The names of gluon.data.

export { ArrayDataset, type ArraySource, type ItemOf, type SampleOf } from './arrayDataset.ts'
export { type Batched, defaultBatchifyFn } from './batchify.ts'
export { type CSVColumn, type CSVOptions, type CSVTable, loadCSV } from './csv.ts'
export {
  type BatchifyOptions,
  DataLoader,
  type DataLoaderClass,
  type DataLoaderOptions,
  type DataLoaderState,
} from './dataLoader.ts'
export { Dataset, type First, type Mapped, SimpleDataset, type Splat, type TransformOptions } from './dataset.ts'
export { RecordFileDataset } from './recordFileDataset.ts'
export { BatchSampler, FilterSampler, type LastBatch, RandomSampler, Sampler, SequentialSampler } from './sampler.ts'
export { shuffler } from './shuffler.ts'
export { type Elements, type Tuple, tuple } from './tuple.ts'
export * as vision from './vision/index.ts'
