// Downloads with progress, a bound on their size, and an end to patience; the same in Node and in a page.

/** How to download. */
export interface DownloadOptions {
  /** Told the bytes so far, and how many there will be when the server says so. */
  onProgress?: (loaded: number, total: number | undefined) => void
  /** Refuses more bytes, as they are after any decoding by the connection; 268,435,456 if not given. */
  atMost?: number
  /** Gives up when no answer has begun by then, redirects included, in milliseconds; 2000 if not given. */
  connectTimeoutMs?: number
  /** Gives up when less than 16 KiB came within so long, in milliseconds; 30000 if not given. */
  stallTimeoutMs?: number
}

/** What must come within `stallTimeoutMs`: a server that sends a byte now and then would keep a program for weeks. */
const leastBytes = 2 ** 14

/**
 * The bytes at a URL. Rejects when there is no connection, no such file, the connection breaks or loses its encryption,
 * or the server sends more than it announced or than `atMost`.
 */
export async function download(url: string, options: DownloadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { connectTimeoutMs = 2000 } = options
  const controller = new AbortController()
  const patience = new Patience((reason) => controller.abort(reason))
  try {
    patience.startOver(connectTimeoutMs, () => `no answer within ${connectTimeoutMs / 1000} s`)
    const response = await fetch(url, { signal: controller.signal })
    return await readBody(response, announced(response, url), patience, options)
  } catch (error) {
    controller.abort()
    throw new Error(`[download] ${url}: ${messageOf(error)}`, { cause: error })
  } finally {
    patience.end()
  }
}

/** Gives up once a time is over, unless it starts over before. */
class Patience {
  readonly #giveUp: (reason: Error) => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(giveUp: (reason: Error) => void) {
    this.#giveUp = giveUp
  }

  startOver(milliseconds: number, reason: () => string): void {
    this.end()
    this.#timer = setTimeout(() => this.#giveUp(new Error(reason())), milliseconds)
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}

/** The length that a server announces, if it counts what is read here. Throws on an answer that is of no use. */
function announced(response: Response, url: string): number | undefined {
  if (!response.ok || !response.body) throw new Error(`the server answered ${response.status} ${response.statusText}`)
  if (url.startsWith('https:') && response.url.startsWith('http:'))
    throw new Error(`the server redirects to ${response.url}, expected an encrypted connection`)
  const length = response.headers.get('content-length')
  return length === null || response.headers.has('content-encoding') ? undefined : Number(length)
}

async function readBody(
  response: Response,
  total: number | undefined,
  patience: Patience,
  { onProgress, atMost = 2 ** 28, stallTimeoutMs = 30_000 }: DownloadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  if (total !== undefined && !(total <= atMost))
    throw new Error(`the server announces ${total} bytes, expected at most ${atMost}`)
  const most = total === undefined ? `${atMost} bytes` : `the ${total} bytes that it announced`
  // one buffer that grows: pieces of a byte each would take a hundred times their size
  let bytes = new Uint8Array(total ?? leastBytes)
  let [loaded, before] = [0, 0]
  const stalled = () =>
    `${loaded > before ? `only ${loaded - before} bytes` : 'nothing'} came for ${stallTimeoutMs / 1000} s`
  patience.startOver(stallTimeoutMs, stalled)
  const reader = response.body!.getReader()
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const { value } = piece
    if (loaded + value.length > (total ?? atMost)) throw new Error(`the server sends more than ${most}`)
    if (loaded + value.length > bytes.length) bytes = grown(bytes, loaded + value.length)
    bytes.set(value, loaded)
    loaded += value.length
    onProgress?.(loaded, total)
    if (loaded - before < leastBytes) continue
    before = loaded
    patience.startOver(stallTimeoutMs, stalled)
  }
  if (loaded < (total ?? 0)) throw new Error(`the server sent ${loaded} bytes of the ${total} that it announced`)
  return bytes.subarray(0, loaded)
}

/** A buffer of twice the size, or of `length` if that is more, with the bytes at its start. */
function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(2 * bytes.length, length))
  larger.set(bytes)
  return larger
}

/** What an error says, with the system's own words where fetch hides them in the cause. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
