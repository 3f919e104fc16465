// How each system is started, and the installation of the JavaScript peers.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findPeer, peers } from '../scripts/peers.ts'
import type { SystemName } from './cases.ts'
import { runChild } from './children.ts'
import type { Launch } from './system.ts'

const here = import.meta.dirname

/** A script of this folder in a process of its own, on this process's Node with its flags. */
export function script(name: string, ...args: string[]): Pick<Launch, 'command' | 'args'> {
  return { command: process.execPath, args: [...process.execArgv, join(here, name), ...args] }
}

/** PyTorch on the first Python that has it; throws where none has. `args` as pytorch.py takes them. */
export function pytorch(...args: string[]): Pick<Launch, 'command' | 'args'> {
  const python = findPeer(peers.find(({ name }) => name === 'PyTorch')!)
  if (!python) throw new Error('no python3 of this machine has torch (looked at python3 and /usr/bin/python3)')
  return { command: python, args: [join(here, 'peers/pytorch.py'), ...args] }
}

/** What to start for a system: PyTorch twice, once for each layout. Throws the reason where it can't be. */
export function launches(name: SystemName, threads: number, data: string): Launch[] {
  const shared = ['--threads', String(threads), '--data', data]
  switch (name) {
    case 'glueball':
      return [{ name, ...script('glueball.ts', ...shared) }]
    case 'pytorch':
      return ['nchw', 'channels_last'].map((variant) => ({ name, variant, ...pytorch(...shared, '--layout', variant) }))
    case 'onnxruntime':
      return [{ name, ...script('peers/onnxruntime.mjs', ...shared) }]
    case 'tfjs-cpu':
    case 'tfjs-wasm':
      return [{ name, ...script('peers/tfjs.mjs', ...shared, '--backend', name.slice('tfjs-'.length)) }]
    case 'jax-wasm':
      return [{ name, ...script('peers/jax.mjs', ...shared) }]
  }
}

/** Installs the JavaScript peers unless they are there; returns what went wrong, if anything did. */
export async function installPeers(say: (line: string) => void): Promise<string | undefined> {
  const cwd = join(here, 'peers')
  // npm writes this file last: without it an installation was broken off
  if (existsSync(join(cwd, 'node_modules/.package-lock.json'))) return undefined
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
