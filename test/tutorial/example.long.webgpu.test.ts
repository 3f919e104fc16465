// The tutorial's program, unchanged but for --ctx, on every engine.
import { expect, it } from 'vitest'
import { epochLines, glueball } from '../cli.ts'

/** The numbers of three epochs of one step each. */
async function numbersOn(ctx: string): Promise<number[]> {
  const few = ['--epochs', '3', '--limit-train', '16', '--limit-test', '16']
  const { code, stdout } = await glueball('run', 'examples/nin.ts', ...few, '--ctx', ctx)
  expect(code).toBe(0)
  return epochLines(stdout).flatMap((line) => line.match(/\d+\.\d+/g)!.map(Number))
}

it('examples/nin.ts prints the same on the CPU, the GPU and in plain loops, its losses to 1e-5', async () => {
  const onCpu = await numbersOn('cpu')
  expect(onCpu.length).toBe(9)
  for (const ctx of ['gpu', 'reference']) {
    const own = await numbersOn(ctx)
    console.log(ctx, own)
    own.forEach((number, i) => {
      expect(Math.abs(number - onCpu[i]), ctx).toBeLessThan(1e-5)
    })
  }
})
