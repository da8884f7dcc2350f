// `lot selection`, `lot constructs`: what a case chose and built goes into the record as its folder has it; the payload that is signed is attached.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { issue } from '@cognate/core/base'
import { checkSigned, constructWish } from '@cognate/core/case'
import { formatTsv } from '@cognate/core/format'
import type { SelectionData } from '@cognate/core/lot'
import type { Command } from 'commander'
import { PAYLOAD, readHandoverFolder } from '../../read/handover-folder.ts'
import { userPath } from '../../read/paths.ts'
import { printAnswer } from '../console.ts'
import { InputFault, must } from '../exit.ts'
import { putText } from '../put-text.ts'
import { type ClientFlags, RecordClient, withServer } from '../record-client.ts'

const FOLDER = 'folder that `cognate run` or `cognate select` and `construct` wrote'

interface SelectionFlags extends ClientFlags {
  readonly coi: string
  readonly id: string
  readonly reason: string
}
interface ConstructsFlags extends ClientFlags {
  readonly selection: string
  readonly enter?: boolean
}

export function defineLotHandover(lot: Command): void {
  withServer(
    lot
      .command('selection')
      .argument('<folder>', FOLDER)
      .description('sign the choice of receptors that a case made: its payload is attached'),
  )
    .requiredOption('--coi <id>', 'chain-of-identity id of the patient')
    .requiredOption('--id <id>', 'id of the selection in the record, such as SEL-1')
    .requiredOption('--reason <text>', 'why this choice is signed')
    .addHelpText(
      'after',
      '\nThe payload has to have its checksum, and selection.tsv and constructs.tsv have to say the same as it: bases, junctions, receptors. Nothing is typed again.\n',
    )
    .action(async (folder: string, flags: SelectionFlags) => {
      const { caseId, sha256, chosen } = must(readHandoverFolder(folder))
      process.stderr.write(`case ${caseId}, payload ${sha256}\n`)
      for (const { receptor, mutation, reason } of chosen) process.stderr.write(`  ${receptor}  ${mutation}: ${reason}\n`)
      const client = new RecordClient(flags)
      const stored = await client.putFile(readFileSync(userPath(join(folder, PAYLOAD))))
      if (stored !== sha256) throw new InputFault(issue('handover-checksum', `the record stored other bytes: ${stored}`, 'try again'))
      const body = {
        id: flags.id,
        coi: flags.coi,
        receptors: chosen.map(one => one.receptor),
        evidence_sha256: sha256,
        reason: flags.reason,
      }
      printAnswer({ json: true }, JSON.parse(await client.post('/selections', body)), '')
    })
  withServer(
    lot
      .command('constructs')
      .argument('<folder>', FOLDER)
      .description(
        'register the inserts of a signed selection, each with the wells, neoantigen and variant behind it; a preview, until --enter is said',
      ),
  )
    .requiredOption('--selection <id>', 'the signed selection')
    .option('--enter', 'register them, one event each')
    .addHelpText('after', '\nThe folder’s payload has to be the one that was signed.\n')
    .action(async (folder: string, flags: ConstructsFlags) => {
      const handover = must(readHandoverFolder(folder))
      const { constructs } = handover
      const client = new RecordClient(flags)
      const { data } = JSON.parse(await client.get(`/selections/${encodeURIComponent(flags.selection)}`)) as {
        readonly data: SelectionData
      }
      must(checkSigned(flags.selection, data.evidence_sha256, handover))
      if (flags.enter === true) for (const built of constructs) await client.post('/constructs', constructWish(flags.selection, built))
      putText(
        '-',
        formatTsv(
          ['construct', 'receptor', 'insert_sha256', 'origin'],
          constructs.map(one => [one.construct, one.receptor, one.insert_sha256, one.origin.join(' ')]),
        ),
      )
      process.stderr.write(
        flags.enter === true
          ? `${constructs.length} constructs registered under ${flags.selection}\n`
          : `${constructs.length} constructs; nothing was registered: say --enter\n`,
      )
    })
}
