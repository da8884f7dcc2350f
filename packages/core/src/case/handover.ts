// Where the two halves meet: what a case chose and built, checked against itself, in the form the record takes it in. Nobody types a receptor's name or a checksum again.
import { fail, type Issue, issue, ok, type Result, sha256Hex } from '../base/index.ts'
import { type PayloadReceptor, readSelectionPayload } from './signed-selection.ts'
import type { Row } from './table-page.ts'

export interface HandoverFiles {
  /** Bytes of selection.payload.json, and the checksum beside it. */
  readonly payload: string
  readonly declaredSha256: string
  /** Rows of the tables of these names. */
  readonly selection: readonly Row[]
  readonly constructs: readonly Row[]
  readonly receptors: readonly Row[]
  readonly screen: readonly Row[]
  readonly neoantigens: readonly Row[]
}

export interface ChosenReceptor {
  readonly receptor: string
  readonly mutation: string
  readonly reason: string
}

export interface BuiltConstruct {
  readonly construct: string
  readonly receptor: string
  readonly insert_sha256: string
  /** Contigs, wells, neoantigen and variant behind the receptor, as `kind:id`. */
  readonly origin: readonly string[]
}

export interface Handover {
  readonly caseId: string
  /** Of the payload: what is signed. */
  readonly sha256: string
  readonly chosen: readonly ChosenReceptor[]
  readonly constructs: readonly BuiltConstruct[]
}

/** Beyond these the plates are named. */
const MOST_WELLS = 150

const again = 'run the case again, and hand over its folder as it is'

/** Errors: `handover-checksum`, `handover-payload`, `handover-selection`: the choice; `handover-construct`: what was built is not what was chosen. */
export function readHandover(files: HandoverFiles): Result<Handover, Issue> {
  const sha256 = sha256Hex(files.payload)
  if (sha256 !== files.declaredSha256)
    return fail(
      issue(
        'handover-checksum',
        `selection.payload.json has the SHA-256 ${sha256}, its file says ${files.declaredSha256 || 'nothing'}`,
        again,
      ),
    )
  const read = readSelectionPayload(files.payload)
  if (!read.ok) return fail(issue('handover-payload', 'selection.payload.json is no payload of `cognate select`', again))
  const payload = read.value
  const named = payload.chosen.map(one => one.receptor_id)
  const listed = files.selection
    .filter(row => row.chosen === 'true')
    .toSorted((a, b) => Number(a.rank) - Number(b.rank))
    .map(row => row.receptor_id)
  if (named.length === 0) return fail(issue('handover-selection', 'no receptor was chosen', 'there is nothing to sign'))
  if (named.join() !== listed.join())
    return fail(
      issue('handover-selection', `the payload chooses ${named.join(', ')}, selection.tsv ${listed.join(', ') || 'nobody'}`, again),
    )
  const constructs: BuiltConstruct[] = []
  for (const row of files.constructs) {
    const wrong = whyNot(row, payload.chosen)
    if (wrong !== undefined) return fail(issue('handover-construct', `${row.construct_id || row.receptor_id}: ${wrong}`, again))
    constructs.push({
      construct: row.construct_id!,
      receptor: row.receptor_id!,
      insert_sha256: row.sha256!,
      origin: originOf(payload.chosen.find(one => one.receptor_id === row.receptor_id)!, files),
    })
  }
  const unbuilt = named.filter(id => !constructs.some(one => one.receptor === id))
  if (unbuilt.length > 0)
    return fail(
      issue(
        'handover-construct',
        `${unbuilt.join(', ')} was chosen and has no construct in constructs.tsv`,
        'build it, or choose again without it',
      ),
    )
  return ok({
    caseId: payload.case,
    sha256,
    chosen: payload.chosen.map(({ receptor_id, mutation, reason }) => ({ receptor: receptor_id, mutation, reason })),
    constructs,
  })
}

/** Why a row of constructs.tsv is not the insert of a chosen receptor; undefined: it is. */
function whyNot(row: Row, chosen: readonly PayloadReceptor[]): string | undefined {
  if (row.status !== 'ready') return `it is ${row.status}: ${row.failed_checks || 'it did not pass the gate'}`
  if (row.receptor_id!.includes(';')) return 'it carries two receptors, which the record takes as one construct each'
  const receptor = chosen.find(one => one.receptor_id === row.receptor_id)
  if (receptor === undefined) return `its receptor ${row.receptor_id} was not chosen`
  const held = sha256Hex(row.insert_nt ?? '')
  if (held !== row.sha256) return `its bases have the SHA-256 ${held}, its row says ${row.sha256}`
  const junctions = [
    ['alpha', row.a_junction ?? '', receptor.alpha.junction],
    ['beta', row.b_junction ?? '', receptor.beta.junction],
  ] as const
  // a vector for each chain has the other one's cell empty
  if (junctions.every(([, built]) => built === '')) return 'it names no junction'
  const other = junctions.find(([, built, signed]) => built !== '' && built !== signed)
  return other === undefined ? undefined : `its ${other[0]} junction is ${other[1]}, that of the payload ${other[2]}`
}

function originOf({ receptor_id, evidence }: PayloadReceptor, { receptors, screen, neoantigens }: HandoverFiles): readonly string[] {
  const receptor = receptors.find(row => row.receptor_id === receptor_id)
  const contigs = [receptor?.tra_sequence_id, receptor?.trb_sequence_id]
    .filter(id => id !== undefined && id !== '')
    .map(id => `contig:${id}`)
  const positive = screen.filter(row => row.receptor_id === receptor_id && row.call === 'positive')
  const wells = new Set(positive.flatMap(row => (row.wells ?? '').split(';').map(well => `well:${row.plate}-${well}`)))
  // the record takes so many links of one construct
  const answered = wells.size <= MOST_WELLS ? wells : new Set(positive.map(row => `plate:${row.plate}`))
  const neoantigen = evidence?.neoantigenId
  const variant = neoantigens.find(row => row.neoantigen_id === neoantigen)?.variant_id
  return [
    ...contigs,
    ...answered,
    ...(neoantigen === undefined ? [] : [`neoantigen:${neoantigen}`]),
    ...(variant === undefined ? [] : [`variant:${variant}`]),
  ]
}

/** Was the selection signed for this payload, and no other? Errors: `handover-payload`. */
export const checkSigned = (selection: string, signedSha256: string, { sha256 }: Pick<Handover, 'sha256'>): Result<string> =>
  signedSha256 === sha256
    ? ok(sha256)
    : fail(
        issue(
          'handover-payload',
          `${selection} was signed for the payload ${signedSha256}, the folder holds ${sha256}`,
          'register the inserts of the folder that was signed, or sign this one',
        ),
      )

/** What the record is asked, to register an insert under a selection. */
export const constructWish = (selection: string, { construct, receptor, insert_sha256, origin }: BuiltConstruct) => ({
  id: construct,
  selection,
  receptor,
  insert_sha256,
  origin,
})
