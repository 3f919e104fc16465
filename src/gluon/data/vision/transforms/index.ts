// The names of gluon.data.vision.transforms.
export { Compose } from './compose.ts'
export {
  CenterCrop,
  type CropOptions,
  CropResize,
  type CropResizeOptions,
  RandomCrop,
  type RandomCropOptions,
  RandomResizedCrop,
  type RandomResizedCropOptions,
} from './crops.ts'
export { RandomApply, RandomFlipLeftRight, RandomFlipTopBottom } from './flips.ts'
export {
  RandomBrightness,
  RandomColorJitter,
  RandomContrast,
  RandomGray,
  RandomHue,
  RandomLighting,
  RandomSaturation,
} from './jitter.ts'
export { RandomRotation, type RandomRotationOptions, Rotate, type RotateOptions } from './rotations.ts'
export { Transform } from './transform.ts'
export { Cast, Normalize, Resize, type ResizeOptions, ToTensor } from './transforms.ts'
