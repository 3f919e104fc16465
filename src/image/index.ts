// The names of image: reading pictures, and functions of images (H, W, C), as mx.image has them.
export {
  type AugmenterOptions,
  createAugmenter,
} from './augmenters.ts'
export {
  centerCrop,
  colorNormalize,
  fixedCrop,
  imresize,
  imrotate,
  randomCrop,
  randomRotate,
  randomSizeCrop,
  resizeShort,
  scaleDown,
} from './functions.ts'
export { type ImdecodeOptions, imdecode, imread } from './read.ts'
