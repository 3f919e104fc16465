// How fast a run goes: images a second over the last readings, and the time that is left.

/** Seconds of readings that the present rate is taken from. */
const window = 10

/** Notes how many images have been seen when. */
export class Pace {
  #begun: { readonly at: number; readonly images: number } | undefined
  #readings: { readonly at: number; readonly images: number }[] = []
  #evaluation: number | undefined
  readonly #now: () => number

  /** `now` gives seconds. */
  constructor(now: () => number = () => performance.now() / 1000) {
    this.#now = now
  }

  /** Starts timing an epoch's training after `images` images, 0 unless the epoch is resumed. */
  begin(images: number): void {
    this.#begun = { at: this.#now(), images }
    this.#readings = [this.#begun]
  }

  /** So many images of the epoch have been seen now. */
  note(images: number): void {
    const at = this.#now()
    this.#readings.push({ at, images })
    while (this.#readings.length > 2 && this.#readings[1].at <= at - window) this.#readings.shift()
  }

  /** Notes how many seconds an evaluation took. */
  noteEvaluation(seconds: number): void {
    this.#evaluation = seconds
  }

  /** Images a second over the last readings; null before the first. */
  rate(): number | null {
    const [first] = this.#readings
    const last = this.#readings[this.#readings.length - 1]
    return this.#readings.length < 2 || last.at <= first.at ? null : (last.images - first.images) / (last.at - first.at)
  }

  /** Images a second since the epoch's training began; 0 when nothing was seen. */
  average(): number {
    const last = this.#readings[this.#readings.length - 1]
    if (!this.#begun || last === this.#begun || last.at <= this.#begun.at) return 0
    return (last.images - this.#begun.images) / (last.at - this.#begun.at)
  }

  /** Seconds for `images` images of training at `rate` images a second, and `evaluations` evaluations. */
  left(images: number, evaluations: number, rate: number): number {
    return images / rate + evaluations * (this.#evaluation ?? 0)
  }
}

/** Seconds as `1:05` or `1:02:05`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}
