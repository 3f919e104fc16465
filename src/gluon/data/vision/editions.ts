// The known editions of MNIST and Fashion-MNIST: digests that tell them apart, and where they can be downloaded.

/** The four files, without the `.gz` that most copies have. */
export interface PerFile<T> {
  readonly 'train-images-idx3-ubyte': T
  readonly 'train-labels-idx1-ubyte': T
  readonly 't10k-images-idx3-ubyte': T
  readonly 't10k-labels-idx1-ubyte': T
}

/** The name of one of the four files. */
export type FileName = keyof PerFile<unknown>

/** One state of a collection; its images and labels belong together. */
export interface Edition {
  /** What users read. */
  readonly name: string
  /** SHA-256 of the decompressed files, where known. */
  readonly content?: PerFile<string>
  /** SHA-1 of the gzip files as first published, where known. */
  readonly packed?: PerFile<string>
}

/** A published set of images under one name. */
export interface Collection {
  readonly title: string
  /** Its folder in the cache. */
  readonly folder: string
  /** The edition to wish for comes first. */
  readonly editions: readonly Edition[]
  /** Folders that end in `/`, in groups of one edition each; the group to wish for comes first. */
  readonly mirrors: readonly (readonly string[])[]
  /** Where a system's own package puts it. */
  readonly system?: string
}

function perFile<T>(trainImages: T, trainLabels: T, testImages: T, testLabels: T): PerFile<T> {
  return {
    'train-images-idx3-ubyte': trainImages,
    'train-labels-idx1-ubyte': trainLabels,
    't10k-images-idx3-ubyte': testImages,
    't10k-labels-idx1-ubyte': testLabels,
  }
}

/** The part of Fashion-MNIST that lies in the repository: its first 10,000 training and 2,000 test images. */
export const subset: Edition = {
  name: 'embedded subset',
  content: perFile(
    'ed2e37ed5a3a57d212141a69fe0a0de5a7126ffba14ac3f7e76f5f52cc04b1f0',
    'a69f2dad024ca220a8c4d85f621fdf929042d40c444abde2868903e9220ad517',
    '862035b0a96959b614c9574f4c2b0ae9584ca234813e8d6d7adb7838b12ca46b',
    'aa3f574d30afaf0d4d9da084a6f8541771e20693d6a97fae6e9a4953fca8f078',
  ),
}

/**
 * Fashion-MNIST. On 31 August 2017 Zalando shuffled it anew and replaced duplicates; Gluon asks for the files before
 * that, everybody else has those after it, which Debian packs again.
 */
export const fashionMnist: Collection = {
  title: 'Fashion-MNIST',
  folder: 'fashion-mnist',
  editions: [
    {
      name: 'current edition (Zalando, 2017-08-31)',
      content: perFile(
        'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
        'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
        '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
        '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
      ),
    },
    {
      name: 'Gluon edition (Zalando, 2017-08-26)',
      packed: perFile(
        '0cf37b0d40ed5169c6b3aba31069a9770ac9043d',
        '236021d52f1e40852b06a4c3008d8de8aef1e40b',
        '626ed6a7c06dd17c0eec72fa3be1740f146a2863',
        '17f9ab60e7257a1620f4ad76bbbaf857c3920701',
      ),
    },
    subset,
  ],
  mirrors: [
    [
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
      'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    ],
    ['https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/gluon/dataset/fashion-mnist/'],
  ],
  system: '/usr/share/datasets/fashion-mnist',
}

/** MNIST, of which there is one edition. */
export const mnist: Collection = {
  title: 'MNIST',
  folder: 'mnist',
  editions: [
    {
      name: 'MNIST',
      content: perFile(
        'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
        '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
        '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
        'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
      ),
      packed: perFile(
        '6c95f4b05d2bf285e1bfb0e7960c31bd3b3f8a7d',
        '2a80914081dc54586dbdf242f9805a6b8d2a15fc',
        'c3a25af1f52dad7f726cce8cacb138654b760d48',
        '763e7fa3757d93b0cdec073cef058b2004252c17',
      ),
    },
  ],
  mirrors: [
    [
      'https://ossci-datasets.s3.amazonaws.com/mnist/',
      'https://storage.googleapis.com/cvdf-datasets/mnist/',
      'https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/gluon/dataset/mnist/',
    ],
  ],
}
