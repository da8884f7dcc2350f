// Every command of the record, in the order in which a product comes about.
import { bedsideCommands, drugCommands, followUpCommands, infusionEndCommands } from '../infusion/index.ts'
import {
  batchCommands,
  containerCommands,
  deviationCommands,
  dispositionCommands,
  identityCommands,
  recallCommands,
  stepCommands,
  supplyCommands,
  testingCommands,
} from '../lot/index.ts'
import { accountCommands, type RecordCommand, stationCommands } from '../record/index.ts'

export const RECORD_COMMANDS: readonly RecordCommand[] = [
  ...accountCommands,
  ...stationCommands,
  ...identityCommands,
  ...supplyCommands,
  ...batchCommands,
  ...stepCommands,
  ...deviationCommands,
  ...containerCommands,
  ...testingCommands,
  ...dispositionCommands,
  ...recallCommands,
  ...bedsideCommands,
  ...infusionEndCommands,
  ...drugCommands,
  ...followUpCommands,
]
