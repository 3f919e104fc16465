// Three hundred random convolutions on the GPU engine by both kinds of tiles.
import { expect, it } from 'vitest'
import type { WebGpuEngine } from '../../src/engines/webgpu/engine.ts'
import { gpu } from '../../src/index.ts'
import { fuzzOn } from './convFuzz.ts'

it.each(['small', 'large'] as const)(
  '300 convolutions of random sizes agree with plain loops, %s tiles',
  async (tiles) => {
    const context = await gpu({ tiles })
    expect(context.deviceType).toBe('gpu')
    await fuzzOn(context, 300, 1, ['plain', 'offset'])
    await (context.engine as WebGpuEngine).close()
  },
)
