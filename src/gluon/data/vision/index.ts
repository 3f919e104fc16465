// The names of gluon.data.vision.

export { CIFAR10, CIFAR100, type Cifar100Options, type CifarOptions } from './cifar.ts'
export { FashionMNIST, type FashionMNISTOptions, ImageDataset, type LoadOptions, MNIST } from './datasets.ts'
export { ImageFolderDataset, type LabelledImage, type PictureDatasetOptions } from './folder.ts'
export type { ImageFlag } from './picture.ts'
export { ImageRecordDataset } from './records.ts'
export type { DownloadProgress } from './source.ts'
export * as transforms from './transforms/index.ts'
