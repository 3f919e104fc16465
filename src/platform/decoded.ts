// What the platform's decoders of pictures give.

/** The pixels of a picture, RGB and alpha; with an orientation where the decoder has turned it already. */
export interface DecodedPixels {
  readonly width: number
  readonly height: number
  readonly channels: 4
  readonly data: Uint8Array<ArrayBuffer>
  readonly orientation?: 1
}
