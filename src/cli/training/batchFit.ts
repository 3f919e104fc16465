// Which batch would fit in memory, measured with small ones once a batch has turned out to be too large.
import { memoryInfo, nd } from '../../index.ts'
import { testBatches } from '../datasets.ts'
import type { Session } from './session.ts'

/**
 * Share of the memory that is planned for. The rest is for what the peak leaves out: workspaces of kernels, and free
 * blocks that are too small. LeNet has met the limit at 57 % of it, NiN has trained at 80 %.
 */
const usable = 0.5

/**
 * Images that a batch may have. The error itself can't tell, since it does not know the layers after the one it stopped
 * at; the peak of a whole step is linear in the number of images, so that two small batches determine it.
 */
export async function largestBatch(session: Session): Promise<number> {
  const [few, more] = [8, 16]
  await nd.waitall()
  const [low, high] = [await peakOf(session, few), await peakOf(session, more)]
  const perImage = (high - low) / (more - few)
  const constant = low - few * perImage
  const { limitBytes } = memoryInfo(session.network.context)
  return Math.max(1, Math.floor((limitBytes * usable - constant) / perImage))
}

/** Most bytes held in steps of this batch size, without updates; with the batches that the loader makes ahead. */
async function peakOf(session: Session, batchSize: number): Promise<number> {
  const { context } = session.network
  const data = { ...session.data, test: session.data.train.take(4 * batchSize) }
  memoryInfo(context, { resetPeak: true })
  for await (const batch of testBatches(data, { ...session.settings, batchSize }, context)) {
    const computed = await session.training.estimator.fitBatch(batch)
    for (const array of new Set([...batch, ...Object.values(computed)])) array.dispose()
  }
  await nd.waitall()
  return memoryInfo(context).peakBytes
}
