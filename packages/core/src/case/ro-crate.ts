// `ro-crate-metadata.json`: RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) with the checksum of every input and output.

export interface CrateFile {
  /** Relative path of an output, or the path of an input as the case names it. */
  readonly path: string
  readonly sha256: string
  readonly bytes: number
  readonly role: 'input' | 'output' | 'reference'
  readonly description: string
}

export interface CrateInput {
  readonly caseName: string
  readonly synthetic: boolean
  readonly files: readonly CrateFile[]
  readonly software: { readonly name: string; readonly version: string }
  /** What was run, and what it gave. */
  readonly command: string
  readonly description: string
  /** ISO date of the run: the only part of the outputs that is not a function of the inputs. */
  readonly date: string
}

export function roCrate({ caseName, synthetic, files, software, command, description, date }: CrateInput): unknown {
  const id = (file: CrateFile) => (file.role === 'output' ? file.path : `#${file.role}/${encodeURI(file.path)}`)
  const of = (role: CrateFile['role']) => files.filter(file => file.role === role).map(file => ({ '@id': id(file) }))
  return {
    '@context': 'https://w3id.org/ro/crate/1.1/context',
    '@graph': [
      {
        '@id': 'ro-crate-metadata.json',
        '@type': 'CreativeWork',
        about: { '@id': './' },
        conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
      },
      {
        '@id': './',
        '@type': 'Dataset',
        name: `${caseName}: Cognate results`,
        datePublished: date,
        description: `${synthetic ? 'Synthetic. ' : ''}${description} Research use.`,
        license: 'not stated: belongs to whoever ran the case',
        hasPart: of('output'),
        mentions: { '@id': '#run' },
      },
      {
        '@id': '#run',
        '@type': 'CreateAction',
        name: command,
        instrument: { '@id': '#cognate' },
        object: [...of('input'), ...of('reference')],
        result: of('output'),
      },
      { '@id': '#cognate', '@type': 'SoftwareApplication', name: software.name, softwareVersion: software.version },
      ...files.map(file => ({
        '@id': id(file),
        '@type': 'File',
        name: file.path,
        description: file.description,
        contentSize: String(file.bytes),
        sha256: file.sha256,
      })),
    ],
  }
}
