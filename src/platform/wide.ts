// How V8 is asked for 256-bit WebAssembly operations, and for code of its optimising tier to test them by.

/** The function of each module that V8 optimises at its first call under `wideFlags`, where the baseline comes first else. */
export const optimizedFunction = 30

/** V8's flags for 256-bit operations, for a version of Node as `26.10.0` and a processor; none where there are none. */
export function wideFlags(node: string, arch: string): readonly string[] {
  if (Number.parseInt(node, 10) < 24 || arch !== 'x64') return []
  return ['--experimental-wasm-revectorize', `--wasm-tier-mask-for-testing=${2 ** optimizedFunction}`]
}
