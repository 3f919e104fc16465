// Downloads with progress that give up on a silent server; the same in Node and in a page.

/** How to download. */
export interface DownloadOptions {
  /** Told the bytes so far, and how many there will be when the server says so. */
  onProgress?: (loaded: number, total: number | undefined) => void
  /** Gives up when no answer has begun by then, in milliseconds; 2000 if not given. */
  connectTimeoutMs?: number
  /** Gives up when no further byte has come for so long, in milliseconds; 30000 if not given. */
  stallTimeoutMs?: number
}

/** The bytes at a URL; rejects when there is no connection, no such file, or the connection breaks. */
export async function download(url: string, options: DownloadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { onProgress, connectTimeoutMs = 2000, stallTimeoutMs = 30_000 } = options
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const giveUpAfter = (milliseconds: number, why: string) => {
    clearTimeout(timer)
    timer = setTimeout(() => controller.abort(new Error(why)), milliseconds)
  }
  try {
    giveUpAfter(connectTimeoutMs, `no answer within ${connectTimeoutMs / 1000} s`)
    const response = await fetch(url, { signal: controller.signal })
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status} ${response.statusText}`)
    const length = response.headers.has('content-encoding') ? 0 : Number(response.headers.get('content-length'))
    const chunks: Uint8Array<ArrayBuffer>[] = []
    const reader = response.body.getReader()
    for (let loaded = 0; ; ) {
      giveUpAfter(stallTimeoutMs, `nothing came for ${stallTimeoutMs / 1000} s`)
      const { done, value } = await reader.read()
      if (done) break
      chunks.push(value)
      onProgress?.((loaded += value.length), length || undefined)
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer())
  } catch (error) {
    controller.abort()
    throw new Error(`[download] ${url}: ${messageOf(error)}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/** What an error says, with the system's own words where fetch hides them in the cause. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
