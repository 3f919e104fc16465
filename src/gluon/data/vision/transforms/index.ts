// The names of gluon.data.vision.transforms.
export { Compose } from './compose.ts'
export { Transform } from './transform.ts'
export { Cast, Normalize, Resize, type ResizeOptions, ToTensor } from './transforms.ts'
