// Sample text with a stretch cut, doubled, replaced or its lines turned around: what every parser must survive.
import fc from 'fast-check'

export const mangled = (sample: string): fc.Arbitrary<string> =>
  fc.tuple(fc.nat(sample.length), fc.nat(20), fc.string({ unit: 'binary', maxLength: 8 }), fc.nat(3)).map(([at, length, noise, kind]) => {
    if (kind === 0) return sample.slice(0, at)
    if (kind === 1) return sample.slice(0, at) + noise + sample.slice(at + length)
    if (kind === 2) return sample.slice(0, at) + sample.slice(at, at + length).repeat(3) + sample.slice(at + length)
    return sample.split('\n').toReversed().join('\n')
  })
