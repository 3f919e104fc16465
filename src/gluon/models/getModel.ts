// Models by name, with weights from a file where one is given.
import { checkOptions, OpError } from '../../core/errors.ts'
import { nearest } from '../../core/nearest.ts'
import type { Contexts } from '../contexts.ts'
import { alexnet } from './alexnet.ts'
import { densenet121 } from './densenet.ts'
import { googlenet } from './googlenet.ts'
import * as mobilenets from './mobilenet.ts'
import * as resnets from './resnet.ts'
import { squeezenet1_0, squeezenet1_1 } from './squeezenet.ts'
import * as vggs from './vgg.ts'
import type { VisionNet } from './visionNet.ts'

/** The models by the names that Gluon's `get_model` takes; those without a version are its first. */
export const models = {
  alexnet,
  densenet121,
  googlenet,
  mobilenet: mobilenets.mobilenet1_0,
  'mobilenet1.0': mobilenets.mobilenet1_0,
  'mobilenet0.75': mobilenets.mobilenet0_75,
  'mobilenet0.5': mobilenets.mobilenet0_5,
  'mobilenet0.25': mobilenets.mobilenet0_25,
  'mobilenetv2_1.0': mobilenets.mobilenetV2_1_0,
  'mobilenetv2_0.75': mobilenets.mobilenetV2_0_75,
  'mobilenetv2_0.5': mobilenets.mobilenetV2_0_5,
  'mobilenetv2_0.25': mobilenets.mobilenetV2_0_25,
  resnet18: resnets.resnet18V1,
  resnet34: resnets.resnet34V1,
  resnet50: resnets.resnet50V1,
  resnet18_v1: resnets.resnet18V1,
  resnet34_v1: resnets.resnet34V1,
  resnet50_v1: resnets.resnet50V1,
  resnet50_v1b: resnets.resnet50V1b,
  resnet18_v2: resnets.resnet18V2,
  resnet34_v2: resnets.resnet34V2,
  resnet50_v2: resnets.resnet50V2,
  'squeezenet1.0': squeezenet1_0,
  'squeezenet1.1': squeezenet1_1,
  vgg11: vggs.vgg11,
  vgg13: vggs.vgg13,
  vgg16: vggs.vgg16,
  vgg19: vggs.vgg19,
  vgg11_bn: vggs.vgg11Bn,
  vgg13_bn: vggs.vgg13Bn,
  vgg16_bn: vggs.vgg16Bn,
  vgg19_bn: vggs.vgg19Bn,
} as const satisfies Record<string, (options?: resnets.ResNetOptions) => VisionNet>

/** A name that `getModel` takes. */
export type VisionName = keyof typeof models

/** Options of getModel: those of the model, and where weights come from. */
export interface GetModelOptions extends resnets.ResNetOptions {
  /** A `.params` file of Gluon's or Glueball's, whose number of classes is `classes`. */
  readonly pretrained?: string
  /** Where weights from the file will live. */
  readonly ctx?: Contexts
}

/** Makes a model by its name: `await models.getModel('resnet18_v1', { classes: 10, pretrained: 'resnet18.params' })`. */
export async function getModel(name: VisionName, options: GetModelOptions = {}): Promise<VisionNet> {
  const known = String(name).toLowerCase()
  if (!Object.hasOwn(models, known)) {
    const names = Object.keys(models)
    const near = nearest(known, names)
    throw new OpError(
      'getModel',
      `no model ${name}.${near ? ` Did you mean ${near}?` : ''} There are: ${names.join(', ')}`,
    )
  }
  checkOptions('getModel', options, "{ classes: 10, pretrained: 'resnet18.params' }")
  const { pretrained, ctx, ...others } = options
  if (pretrained !== undefined && typeof pretrained !== 'string') {
    const advice = "Glueball ships no weights: pass the path of a .params file, as in { pretrained: 'resnet18.params' }"
    throw new OpError('getModel', `pretrained must be a path, got ${String(pretrained)}. ${advice}`)
  }
  const net = models[known as VisionName](others)
  if (pretrained !== undefined) await net.loadParameters(pretrained, ctx === undefined ? {} : { ctx })
  return net
}
