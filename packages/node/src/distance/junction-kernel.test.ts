import { seededRandom } from '@cognate/core/base'
import { JunctionSet, junctionDistance } from '@cognate/core/receptor'
import { expect, test } from 'vitest'
import { value } from '../../../../test/oracle.ts'
import { openJunctionKernel } from './junction-kernel.ts'

const random = seededRandom('junction kernel')
/** Every length from 5 to 30, letters that are no residue among them. */
const junctions = Array.from(
  { length: 700 },
  (_, i) => `C${Array.from({ length: 3 + (i % 26) }, () => 'ACDEFGHIKLMNPQRSTVWYX*.'[random.below(23)]).join('')}F`,
)

test('the kernel gives every distance that the plain set gives, for both gap costs', () => {
  for (const gap of [4, 12]) {
    const plain = new JunctionSet(junctions, { gap })
    const kernel = value(openJunctionKernel(junctions, { gap }))
    const [a, b] = [new Uint16Array(junctions.length), new Uint16Array(junctions.length)]
    for (let i = 0; i < junctions.length; i++) {
      plain.row(i, a)
      kernel.row(i, b)
      expect(b).toEqual(a)
    }
    // and both are the distance of two junctions alone
    plain.row(7, a)
    for (let j = 0; j < 200; j++) expect(a[j]).toBe(junctionDistance(junctions[7]!, junctions[j]!, { gap }))
  }
})

test('a junction that is too long for the kernel is refused', () => {
  expect(openJunctionKernel(['CASSF', `C${'A'.repeat(70)}F`])).toMatchObject({ ok: false, issue: { code: 'junction-too-long' } })
})
