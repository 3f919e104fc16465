// What computes element-wise functions: the reference engine, the CPU engine on each rung, the GPU engine, and PyTorch.
import { peers } from '../scripts/peers.ts'
import { Context } from '../src/core/engine.ts'
import { makeCpuEngine } from '../src/engines/wasm/start.ts'
import { gpu, reference } from '../src/index.ts'
import { RUNGS, type Rung } from '../src/kernel/wasm/rung.ts'
import type { Machine } from './ulpMeasure.ts'

/** The GPU; one in software where the machine has no other. */
function openGpu(): Promise<Context> {
  Object.assign(process.env, peers.find(({ suffix }) => suffix === 'webgpu')?.environment)
  return gpu()
}

/** Machines by name, PyTorch last, and what ends them. */
export async function machinesOf(
  names: readonly string[],
): Promise<{ readonly machines: readonly Machine[]; readonly stop: () => Promise<void> }> {
  const stops: (() => Promise<void>)[] = []
  const machines: Machine[] = []
  for (const name of names) {
    if (name === 'reference') machines.push({ name, ctx: reference() })
    else if (name === 'gpu') machines.push({ name, ctx: await openGpu() })
    else {
      if (!(RUNGS as readonly string[]).includes(name)) {
        throw new Error(`there is no engine ${name}: there are reference, ${RUNGS.join(', ')}, gpu`)
      }
      const engine = makeCpuEngine({ threads: 1, rung: name as Rung })
      stops.push(() => engine.close())
      machines.push({ name, ctx: new Context('cpu', 0, () => engine) })
    }
  }
  machines.push({ name: 'PyTorch' })
  return { machines, stop: async () => void (await Promise.all(stops.map((stop) => stop()))) }
}
