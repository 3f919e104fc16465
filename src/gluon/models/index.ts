// The names of gluon.models.
export { alexnet } from './alexnet.ts'
export { densenet121 } from './densenet.ts'
export { type GetModelOptions, getModel, type VisionName } from './getModel.ts'
export { googlenet } from './googlenet.ts'
export { lenet } from './lenet.ts'
export {
  mobilenet0_5,
  mobilenet0_25,
  mobilenet0_75,
  mobilenet1_0,
  mobilenetV2_0_5,
  mobilenetV2_0_25,
  mobilenetV2_0_75,
  mobilenetV2_1_0,
} from './mobilenet.ts'
export { type MlpconvOptions, mlpconv, type NinOptions, nin } from './nin.ts'
export {
  type ResNetOptions,
  resnet18V1,
  resnet18V2,
  resnet34V1,
  resnet34V2,
  resnet50V1,
  resnet50V1b,
  resnet50V2,
} from './resnet.ts'
export { squeezenet1_0, squeezenet1_1 } from './squeezenet.ts'
export { vgg11, vgg11Bn, vgg13, vgg13Bn, vgg16, vgg16Bn, vgg19, vgg19Bn } from './vgg.ts'
export type { ModelOptions, VisionNet } from './visionNet.ts'
