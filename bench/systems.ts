// How each system is started, and the installation of the JavaScript peers.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findPeer, peers } from '../scripts/peers.ts'
import type { ContextName, SystemName } from './cases.ts'
import { runChild } from './children.ts'
import type { Launch } from './system.ts'

const here = import.meta.dirname

/** A script of this folder in a process of its own, on this process's Node with its flags. */
export function script(name: string, ...args: string[]): Pick<Launch, 'command' | 'args'> {
  return { command: process.execPath, args: [...process.execArgv, join(here, name), ...args] }
}

/** A program of `peers/` on the first Python that has PyTorch; throws where none has. */
export function pytorch(program: string, ...args: string[]): Pick<Launch, 'command' | 'args'> {
  const python = findPeer(peers.find(({ name }) => name === 'PyTorch')!)
  if (!python) throw new Error('no python3 of this machine has torch (looked at python3 and /usr/bin/python3)')
  return { command: python, args: ['-B', join(here, 'peers', program), ...args] }
}

/** How a system is to run a case: `data` is the folder that inputs.ts fills. */
export interface Task {
  readonly ctx: ContextName
  readonly threads: number
  readonly data: string
}

const layouts = ['nchw', 'channels_last']

/** What to start for a system: PyTorch in float32 twice, once for each layout. Throws the reason where it can't be. */
export function launches(name: SystemName, { ctx, threads, data }: Task): Launch[] {
  const shared = ['--threads', String(threads), '--data', data]
  const torch = (variants: readonly string[], ...args: string[]) =>
    variants.map((variant) => ({ name, variant, ...pytorch('pytorch.py', ...shared, '--layout', variant, ...args) }))
  switch (name) {
    case 'glueball':
      return [{ name, ...script('glueball.ts', ...shared, '--backend', ctx === 'gpu' ? 'webgpu' : 'wasm') }]
    case 'pytorch':
      return torch(layouts)
    case 'pytorch-f32':
    case 'pytorch-tf32':
      return torch(layouts, '--device', 'cuda', '--precision', name.slice('pytorch-'.length))
    case 'pytorch-bf16':
      return torch(['channels_last'], '--device', 'cuda', '--precision', 'bf16')
    case 'onnxruntime':
      return [{ name, ...script('peers/onnxruntime.mjs', ...shared) }]
    case 'tfjs-cpu':
    case 'tfjs-wasm':
    case 'tfjs-webgpu':
      return [{ name, ...script('peers/tfjs.mjs', ...shared, '--backend', name.slice('tfjs-'.length)) }]
    case 'jax-wasm':
    case 'jax-webgpu':
      return [{ name, ...script('peers/jax.mjs', ...shared, '--backend', name.slice('jax-'.length)) }]
  }
}

/** What to start for an operation of the sweep: PyTorch in both layouts where images have them. */
export function sweepLaunches(name: SystemName, layoutsCount: boolean, { threads, data }: Omit<Task, 'ctx'>): Launch[] {
  const shared = ['--threads', String(threads), '--data', data]
  if (name === 'glueball') return [{ name, ...script('sweepSystem.ts', ...shared) }]
  if (!layoutsCount) return [{ name, ...pytorch('sweep.py', ...shared) }]
  return layouts.map((variant) => ({ name, variant, ...pytorch('sweep.py', ...shared, '--layout', variant) }))
}

/** Installs the JavaScript peers unless they are there; returns what went wrong, if anything did. */
export async function installPeers(say: (line: string) => void): Promise<string | undefined> {
  const cwd = join(here, 'peers')
  const { dependencies } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
  // npm writes the first file last: without it an installation was broken off
  const wanted = ['.package-lock.json', ...Object.keys(dependencies)]
  if (wanted.every((name) => existsSync(join(cwd, 'node_modules', name)))) return undefined
  say('installing the JavaScript peers into bench/peers, this once')
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
  const code = await runChild(
    'npm',
    args,
    { cwd, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' },
    300_000,
  )
  return code === 0 ? undefined : `npm ci --ignore-scripts in bench/peers failed (${code})`
}
