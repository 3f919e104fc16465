// Models of the zoo, trained a few steps: ONNX Runtime and MXNet's files give what they give.
import { gluon, nd } from 'glueball'
import { expectSameBits } from '../symbol/exported.ts'
import { expectSame, trained } from './export.ts'

const { models } = gluon

/** Names of the zoo's models, and the smallest images that each of them takes, about. */
export const sides: Readonly<Record<string, number>> = {
  ...{ alexnet: 63, densenet121: 224, googlenet: 64, 'squeezenet1.0': 64, 'squeezenet1.1': 64 },
  ...{ 'mobilenet1.0': 64, 'mobilenet0.75': 64, 'mobilenet0.5': 64, 'mobilenet0.25': 64 },
  ...{ 'mobilenetv2_1.0': 64, 'mobilenetv2_0.75': 64, 'mobilenetv2_0.5': 64, 'mobilenetv2_0.25': 64 },
  ...{ resnet18_v1: 64, resnet34_v1: 64, resnet50_v1: 64, resnet50_v1b: 64 },
  ...{ resnet18_v2: 64, resnet34_v2: 64, resnet50_v2: 64 },
  ...{ vgg11: 32, vgg13: 32, vgg16: 32, vgg19: 32, vgg11_bn: 32, vgg13_bn: 32, vgg16_bn: 32, vgg19_bn: 32 },
}

/** Makes a model, trains it for two steps, and expects the same outputs from ONNX Runtime and from MXNet's files. */
export async function checkModel(name: string): Promise<void> {
  nd.random.seed(0)
  const net = await models.getModel(name as Parameters<typeof models.getModel>[0], { classes: 10 })
  net.initialize({ init: 'xavier' })
  const image = [3, sides[name], sides[name]]
  trained(net, image, 2)
  await expectSame(net, image)
  await expectSameBits(net, image)
}
