// Which programs outside npm the checks can compare with, and the suffix that marks a test file needing one.
import { spawnSync } from 'node:child_process'

/** A Python module that some checks compare with. */
export interface Peer {
  /** The name people know it by. */
  name: string
  /** The Python module. */
  module: string
  /** A test file named `stem.<suffix>.test.ts` needs this peer. */
  suffix: string
  /** The environment variable in which such a test finds the Python that has it. */
  variable: string
}

/** All peers that tests may ask for. */
export const peers: readonly Peer[] = [
  { name: 'PyTorch', module: 'torch', suffix: 'torch', variable: 'GLUEBALL_TORCH_PYTHON' },
  { name: 'OpenCV', module: 'cv2', suffix: 'opencv', variable: 'GLUEBALL_OPENCV_PYTHON' },
]

/** The first Python that has the module, or undefined: the peer's own variable, `python3`, then `/usr/bin/python3`. */
export function findPython({ module, variable }: Peer): string | undefined {
  const script = `import importlib.util as u, sys; sys.exit(0 if u.find_spec('${module}') else 1)`
  const candidates = [process.env[variable], 'python3', '/usr/bin/python3']
  return candidates.find((python) => python && spawnSync(python, ['-c', script], { stdio: 'ignore' }).status === 0)
}
