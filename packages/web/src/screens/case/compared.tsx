// Cases side by side: pairs that look like one person come first, for a swapped tube makes a receptor for somebody else; then what patients share.
import type { PublicReceptor, RecurrentNeoantigen } from '@cognate/core/case'
import { caseHref } from '../../client/case-answers.ts'
import type { Client } from '../../client/record-client.ts'
import { useAnswer } from '../../client/use-answer.ts'
import { Screen } from '../../parts/answer.tsx'
import { Table } from '../../parts/table.tsx'

interface ComparedAnswer {
  readonly compared: number
  readonly finished: number
  readonly unfinished: readonly { readonly id: string; readonly why: string }[]
  readonly pairs: readonly { readonly a: string; readonly b: string; readonly findings: readonly string[] }[]
  readonly recurrent: readonly RecurrentNeoantigen[]
  readonly public: readonly PublicReceptor[]
}

const Case = ({ id }: { readonly id: string }) => <a href={caseHref(id)}>{id}</a>

const doubtOf = ({ doubtful }: { readonly doubtful: readonly string[] }) =>
  doubtful.length === 0 ? '' : `may be one person: ${doubtful.join(', ')}`

export function Compared({ client }: { readonly client: Client }) {
  return (
    <Screen title="Cases side by side" answered={useAnswer<ComparedAnswer>(client, '/cohort')}>
      {({ compared, finished, unfinished, pairs, recurrent, public: publics }) => (
        <>
          <p className="muted">
            {finished} finished cases that you may see; pairs of them compared by variants, receptors, typing and the bytes of their files:{' '}
            {compared}.{unfinished.length === 0 ? '' : ` Without results: ${unfinished.map(({ id }) => id).join(', ')}.`}
          </p>
          <Table
            caption="Look here first: pairs that look like one person, mixed or copied"
            columns={['Case', 'And', 'Why']}
            none="No pair looks like one person."
            rows={pairs.map(({ a, b, findings }) => ({
              key: `${a} ${b}`,
              cells: [<Case key="a" id={a} />, <Case key="b" id={b} />, findings.map(text => <div key={text}>{text}</div>)],
            }))}
          />
          <Table
            caption="Mutated sequences that patients share"
            columns={['Gene', 'Change', 'Patients', 'Best peptide of each', 'Presented on', 'Doubt']}
            none="No two patients share one."
            rows={recurrent.map(one => ({
              key: one.minigene + one.gene,
              cells: [
                one.gene,
                one.change,
                one.cases.length,
                one.cases.map(({ id, peptide, allele, percentile }) => (
                  <div key={id}>
                    <Case id={id} /> {peptide} {allele} {percentile} %
                  </div>
                )),
                one.sharedAlleles.join(', '),
                doubtOf(one),
              ],
            }))}
          />
          <Table
            caption="Public receptors: both junctions in two patients or more"
            columns={['Junctions', 'Patients', 'Receptor of each', 'Made apart', 'Doubt']}
            none="No two patients share one."
            rows={publics.map(one => ({
              key: `${one.alphaJunction} ${one.betaJunction}`,
              cells: [
                `${one.alphaJunction} ${one.betaJunction}`,
                one.cases.length,
                one.cases.map(({ id, receptor, flags }) => (
                  <div key={id}>
                    <Case id={id} /> {receptor} {flags}
                  </div>
                )),
                one.madeApart ? 'V genes or bases differ' : 'equal to the base',
                doubtOf(one),
              ],
            }))}
          />
        </>
      )}
    </Screen>
  )
}
