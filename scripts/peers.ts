// Which programs outside npm the checks can use, and the suffix that marks a test file needing one.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A program that some checks need. */
export interface Peer {
  /** The name people know it by. */
  readonly name: string
  /** A test file named `stem.<suffix>.test.ts` needs this peer; it may have more suffixes than one. */
  readonly suffix: string
  /** The environment variable in which such a test finds the program, and by which another may be named. */
  readonly variable: string
  /** Programs to try. */
  readonly candidates: readonly string[]
  /** What a program is asked, which the right one answers with exit code 0. */
  readonly probe: readonly string[]
  /** Environment variables that it and the tests need. */
  readonly environment?: Readonly<Record<string, string>>
}

/** Chromium brings a GPU in software; a machine with a driver of its own names that. */
const softwareGpu = '/usr/lib/chromium/vk_swiftshader_icd.json'
const vulkan: Readonly<Record<string, string>> =
  process.env['VK_ICD_FILENAMES'] || !existsSync(softwareGpu)
    ? {}
    : { VK_ICD_FILENAMES: softwareGpu, XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] ?? tmpdir() }

/** Whether Deno finds a GPU: wgpu takes lavapipe, Mesa's in software, where the machine has no other. */
const wgpuProbe = 'Deno.exit((await navigator.gpu.requestAdapter()) ? 0 : 1)'

/** Whether Node finds a GPU, by the package webgpu. */
const adapterProbe =
  "const { create } = await import('webgpu'); process.exit((await create([]).requestAdapter()) ? 0 : 1)"

/** Whether ONNX Runtime is installed, by `npm ci` in test/onnxruntime. */
const onnxruntime = join(import.meta.dirname, '../test/onnxruntime/node_modules/onnxruntime-node/package.json')
const onnxruntimeProbe = `process.exit(require('node:fs').existsSync(${JSON.stringify(onnxruntime)}) ? 0 : 1)`

/** Whether both MPI libraries are installed, with their launchers. */
const mpiProbe = `const { spawnSync } = require('node:child_process')
process.exit(['mpirun.openmpi', 'mpirun.mpich'].every((name) => spawnSync(name, ['--version']).status === 0) ? 0 : 1)`

/** A Python with a module. */
function python(name: string, module: string, suffix: string, variable: string): Peer {
  const script = `import importlib.util as u, sys; sys.exit(0 if u.find_spec('${module}') else 1)`
  return { name, suffix, variable, candidates: ['python3', '/usr/bin/python3'], probe: ['-c', script] }
}

/** All peers that tests may ask for. */
export const peers: readonly Peer[] = [
  python('Python', 'json', 'python', 'GLUEBALL_PYTHON'),
  python('PyTorch', 'torch', 'torch', 'GLUEBALL_TORCH_PYTHON'),
  python('OpenCV', 'cv2', 'opencv', 'GLUEBALL_OPENCV_PYTHON'),
  {
    name: 'Chromium',
    suffix: 'chromium',
    variable: 'GLUEBALL_CHROMIUM',
    candidates: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    probe: ['--version'],
  },
  {
    name: 'ONNX Runtime (npm ci in test/onnxruntime)',
    suffix: 'onnxruntime',
    variable: 'GLUEBALL_ONNXRUNTIME_NODE',
    candidates: [process.execPath],
    probe: ['--input-type=commonjs', '-e', onnxruntimeProbe],
  },
  {
    name: 'a WebGPU adapter',
    suffix: 'webgpu',
    variable: 'GLUEBALL_WEBGPU_NODE',
    candidates: [process.execPath],
    probe: ['--input-type=module', '-e', adapterProbe],
    environment: vulkan,
  },
  {
    name: 'Open MPI and MPICH (mpirun.openmpi, mpirun.mpich)',
    suffix: 'mpi',
    variable: 'GLUEBALL_MPI_NODE',
    candidates: [process.execPath],
    probe: ['--input-type=commonjs', '-e', mpiProbe],
  },
  {
    name: 'Deno with a driver for Vulkan',
    suffix: 'wgpu',
    variable: 'GLUEBALL_DENO',
    candidates: [join(import.meta.dirname, '../node_modules/.bin/deno')],
    probe: ['eval', wgpuProbe],
    environment: { XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] ?? tmpdir() },
  },
]

/** The first program that answers, or undefined: the one that the peer's variable names, then the candidates. */
export function findPeer({ variable, candidates, probe, environment }: Peer): string | undefined {
  const named = process.env[variable]
  const all = named ? [named, ...candidates] : candidates
  const env = { ...process.env, ...environment }
  return all.find((program) => spawnSync(program, probe, { stdio: 'ignore', env }).status === 0)
}
