// `glueball summary MODEL`: the layers of a network with output shapes and parameter counts.
import { nd } from '../../index.ts'
import { print } from '../terminal/printing.ts'
import { makeUntrained, untrainedArgs } from '../untrained.ts'
import { command } from '../usage.ts'

/** The command. */
export const summary = command({
  name: 'summary',
  description: 'Shows the layers of a network, their output shapes and parameters',
  args: untrainedArgs,
  examples: [
    ['summary nin --input 1,1,224,224', 'Network in Network as the tutorial shows it'],
    ['summary lenet', 'LeNet on 28×28 images'],
  ],
  async run({ model, input, classes }) {
    const { net, images } = makeUntrained('summary', { model, input, classes })
    print(net.summary(images))
    await nd.waitall()
    return 0
  },
})
