// This machine's peak for our kernels: the micro-kernel on operands that stay in L1, on every thread at once.
import { Worker } from 'node:worker_threads'
import { hasRelaxedSimd, useWideSimd } from '../src/engines/wasm/features.ts'
import type { Rung } from '../src/kernel/wasm/rung.ts'

/**
 * The best rung that this machine has, whichever is forced, and what its micro-kernel reaches in GFLOP/s: the threads'
 * best windows added up.
 */
export async function measurePeak(threads: number): Promise<{ readonly rung: Rung; readonly gigaflops: number }> {
  const rung = useWideSimd() ? 'wide' : hasRelaxedSimd() ? 'relaxed' : 'plain'
  const file = new URL('./peakWorker.ts', import.meta.url)
  const workers = Array.from({ length: threads }, () => new Worker(file, { workerData: rung }))
  try {
    await Promise.all(workers.map(message)) // all are warm
    const measured = workers.map(message)
    for (const worker of workers) worker.postMessage('go')
    return { rung, gigaflops: (await Promise.all(measured)).reduce((sum, speed) => sum + speed, 0) }
  } finally {
    for (const worker of workers) void worker.terminate()
  }
}

function message(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}
