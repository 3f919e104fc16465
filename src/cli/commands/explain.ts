// `glueball explain MODEL`: what a network computes, op by op, as a table or a picture.
import { nd } from '../../index.ts'
import { writeBytes } from '../../io/files.ts'
import { print } from '../terminal/printing.ts'
import { makeUntrained, untrainedArgs } from '../untrained.ts'
import { command } from '../usage.ts'

/** The command. */
export const explain = command({
  name: 'explain',
  description: 'Shows what a network computes: each op with its output, bytes, operations and the memory alive',
  args: {
    ...untrainedArgs,
    svg: { type: 'string', description: 'draws the graph into this file', valueHint: 'FILE' },
  },
  examples: [
    ['explain nin', 'Network in Network, op by op'],
    ['explain resnet18 --svg resnet18.svg', 'ResNet-18 as a picture'],
  ],
  async run({ model, input, classes, svg }) {
    const { net, images } = makeUntrained('explain', { model, input, classes })
    const explanation = await net.explain(images)
    await nd.waitall()
    print(String(explanation))
    if (svg !== undefined) {
      await writeBytes('explain', svg, new TextEncoder().encode(explanation.svg()))
      print(`wrote ${svg}`)
    }
    return 0
  },
})
