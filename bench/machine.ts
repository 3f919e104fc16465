// What the bench runs on: the machine, its peak, the build, and whether PyTorch can be compared with on it.
import { spawnSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { blasProblem, measureProducts } from './blas.ts'
import type { Adapter } from './gpu.ts'
import type { Options } from './options.ts'
import { measurePeak } from './peak.ts'
import type { Machine } from './results.ts'
import type { Run } from './turns.ts'

/** The machine, and the reason why PyTorch is left out of all cases on it, if there is one. */
export async function examineMachine(
  { threads, systems }: Options,
  gpu: Adapter | undefined,
  say: (line: string) => void,
): Promise<[Machine, Run['refused']]> {
  const [load, cpu] = [loadavg()[0], cpus()[0]?.model.trim() || process.arch]
  const machine = { cpu, cores: cpus().length, load, node: process.version, build: buildName() }
  if (gpu) return [{ ...machine, gpu }, {}]
  say("measuring the peak of this machine: our micro-kernel, PyTorch's matrix product")
  const { rung, gigaflops: microKernel } = await measurePeak(threads)
  const alone = { ...machine, threads, rung, gigaflops: { microKernel } }
  if (systems && !systems.includes('pytorch')) return [alone, {}]
  try {
    const products = await measureProducts(threads)
    const { pytorchMatmul2048, pytorchBlas } = products
    const problem = blasProblem(products, microKernel / threads)
    const examined = { ...alone, gigaflops: { microKernel, pytorchMatmul2048, pytorchBlas } }
    return [examined, problem ? { pytorch: problem } : {}]
  } catch (error) {
    return [alone, { pytorch: (error as Error).message }]
  }
}

/** The commit, with `-dirty` where files differ from it; undefined outside a repository. */
function buildName(): string | undefined {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty'], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  })
  return status === 0 ? stdout.trim() : undefined
}
