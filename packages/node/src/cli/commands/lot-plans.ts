// The commands of `lot` that need no server: forecast, schedule, label, recall over a table of links (or the record's).
import { issue } from '@cognate/core/base'
import { columnReader, formatTsv, parseDelimited } from '@cognate/core/format'
import {
  containerLabel,
  DEFAULT_GROWTH,
  type Edge,
  fitGrowth,
  forecastGrowth,
  type GrowthCourse,
  parseCoi,
  RESTRICTED_GTIN,
  type RecallData,
  reachedFrom,
  scheduleTasks,
} from '@cognate/core/lot'
import type { Command } from 'commander'
import { z } from 'zod'
import { readParsed } from '../../read/text.ts'
import { checkedJson } from '../checked-json.ts'
import { InputFault, must } from '../exit.ts'
import { putText } from '../put-text.ts'
import { type ClientFlags, RecordClient, withServer } from '../record-client.ts'

const count = z.strictObject({ day: z.number(), viable: z.number(), replicates: z.number().int().min(1).optional() })
const modelSchema = z.strictObject({ rate_mean: z.number(), rate_sd: z.number(), count_cv: z.number(), process_sd: z.number() })
const forecastSchema = z.strictObject({
  seed: count,
  counts: z.array(count).default([]),
  splits: z.array(z.strictObject({ day: z.number(), kept: z.number() })).default([]),
  target: z.strictObject({ receptor_positive_dose: z.number(), receptor_fraction: z.number(), recovery: z.number().default(0.8) }),
  horizon_days: z.number().int().default(28),
  model: modelSchema.optional(),
})
/** A lot to learn from: the same file, of which no target is asked. */
const courseSchema = forecastSchema.partial({ target: true })
const scheduleSchema = z.strictObject({
  tasks: z.array(
    z.strictObject({
      id: z.string(),
      after: z.array(z.string()).default([]),
      min: z.number(),
      mode: z.number(),
      max: z.number(),
      not_before: z.number().optional(),
      resource: z.string().optional(),
    }),
  ),
  ask_days: z.array(z.number()).default([]),
  capacity: z.record(z.string(), z.number()).default({}),
})

const percent = (p: number): string => (p >= 0.9995 ? '>99.9 %' : p < 0.0005 ? '<0.1 %' : `${(100 * p).toFixed(1)} %`)
const cells = (n: number): string => n.toExponential(2)

export function defineLotPlans(lot: Command): void {
  defineForecast(lot)
  defineGrowth(lot)
  defineSchedule(lot)
  defineLabel(lot)
  defineRecall(lot)
  defineRecallCase(lot)
}

function defineForecast(lot: Command): void {
  lot
    .command('forecast')
    .argument(
      '<file>',
      'JSON: seed {day, viable, replicates}, counts, splits {day, kept}, target {receptor_positive_dose, receptor_fraction, recovery}, horizon_days',
    )
    .description('when there will be enough cells, day by day with its uncertainty')
    .option('--model <file>', 'what the site learned from its closed lots, as `lot growth` writes it')
    .option('--out <file>', 'table to write; - is standard output', '-')
    .addHelpText(
      'after',
      '\nGrowth is log-linear; prior 0.36 per day (2,000-fold in 21 days, doi:10.1186/s12967-018-1384-z), updated by every count.\nNot a promise: a culture can stop.\n',
    )
    .action((file: string, flags: { readonly out: string; readonly model?: string }) => {
      const input = checkedJson(file, forecastSchema)
      const learned = input.model ?? (flags.model === undefined ? undefined : checkedJson(flags.model, modelSchema))
      const model =
        learned === undefined
          ? DEFAULT_GROWTH
          : { rateMean: learned.rate_mean, rateSd: learned.rate_sd, countCv: learned.count_cv, processSd: learned.process_sd }
      const { target } = input
      const found = must(
        forecastGrowth({
          ...courseOf(input),
          target: {
            receptorPositiveDose: target.receptor_positive_dose,
            receptorFraction: target.receptor_fraction,
            recovery: target.recovery,
          },
          horizonDays: input.horizon_days,
          model,
        }),
      )
      putText(
        flags.out,
        formatTsv(
          ['day', 'median', 'p10', 'p90', 'prob_reached'],
          found.byDay.map(day => [String(day.day), cells(day.median), cells(day.p10), cells(day.p90), percent(day.probReached)]),
        ),
      )
      const first = (day: number | undefined) => (day === undefined ? `not within ${input.horizon_days} days` : `day ${day}`)
      process.stderr.write(
        `needed: ${cells(found.neededViable)} viable cells; rate ${found.ratePerDay.toFixed(3)} ± ${found.rateSd.toFixed(3)} per day, doubling in ${found.doublingDays.toFixed(1)} days\n` +
          `reached with 10 %: ${first(found.firstDay.p10)}, 50 %: ${first(found.firstDay.p50)}, 90 %: ${first(found.firstDay.p90)}\n` +
          (found.reachedAt === undefined ? '' : `the count of day ${found.reachedAt.day} already meets the target\n`),
      )
    })
}

const plain = ({ day, viable, replicates }: z.infer<typeof count>) => ({ day, viable, ...(replicates === undefined ? {} : { replicates }) })
const courseOf = ({ seed, counts, splits }: z.infer<typeof courseSchema>): GrowthCourse => ({
  seed: plain(seed),
  counts: counts.map(plain),
  splits,
})

function defineGrowth(lot: Command): void {
  lot
    .command('growth')
    .argument('<files...>', 'JSON of closed lots, one a file, as `lot forecast` takes them (target may be missing)')
    .description('what the closed lots of a site say of the growth of its next one: the prior of its forecasts')
    .option('--out <file>', 'JSON to write, for `lot forecast --model`; - is standard output', '-')
    .addHelpText(
      'after',
      '\nRates by weighted least squares of the logarithms; how much lots differ after Paule and Mandel. At least three lots.\n\nExample:\n  cognate lot growth lots/*.json --out growth.json\n  cognate lot forecast running.json --model growth.json\n',
    )
    .action((files: readonly string[], flags: { readonly out: string }) => {
      const twice = files.find((file, i) => files.indexOf(file) < i)
      if (twice !== undefined)
        throw new InputFault(issue('growth-twice', `${twice} is named twice`, 'name each lot once: it would count twice'))
      const { lots, mean, meanSe, among, model } = must(
        fitGrowth(new Map(files.map(file => [file, courseOf(checkedJson(file, courseSchema))]))),
      )
      const text = { rate_mean: model.rateMean, rate_sd: model.rateSd, count_cv: model.countCv, process_sd: model.processSd }
      putText(flags.out, `${JSON.stringify(text, null, 1)}\n`)
      for (const { id, counts, rate, se } of lots)
        process.stderr.write(
          `  ${rate.toFixed(3)} ± ${se.toFixed(3)} per day, doubling in ${(Math.LN2 / rate).toFixed(1)} days, ${counts} counts: ${id}\n`,
        )
      process.stderr.write(
        `${lots.length} lots: ${mean.toFixed(3)} ± ${meanSe.toFixed(3)} per day, lots differ by ${among.toFixed(3)} (standard deviation); the forecast of the next one begins with ${model.rateMean.toFixed(3)} ± ${model.rateSd.toFixed(3)}\n`,
      )
    })
}

function defineSchedule(lot: Command): void {
  lot
    .command('schedule')
    .argument('<file>', 'JSON: tasks {id, after, min, mode, max, not_before, resource}, ask_days, capacity {resource: n}')
    .description('vein to vein: critical path, slack, chance to be done by a day, conflicts over a suite')
    .option('--out <file>', 'table to write; - is standard output', '-')
    .action((file: string, flags: { readonly out: string }) => {
      const input = checkedJson(file, scheduleSchema)
      const tasks = input.tasks.map(({ not_before, resource, ...task }) => ({
        ...task,
        ...(not_before === undefined ? {} : { notBefore: not_before }),
        ...(resource === undefined ? {} : { resource }),
      }))
      const found = must(scheduleTasks(tasks, input.ask_days, new Map(Object.entries(input.capacity))))
      const critical = new Set(found.critical)
      const day = (n: number) => (Math.abs(n) < 1e-9 ? '0.0' : n.toFixed(1))
      putText(
        flags.out,
        formatTsv(
          ['task', 'earliest_start', 'earliest_finish', 'latest_finish', 'slack', 'critical'],
          found.tasks.map(task => [
            task.id,
            day(task.earliestStart),
            day(task.earliestFinish),
            day(task.latestFinish),
            day(task.slack),
            critical.has(task.id) ? 'yes' : '',
          ]),
        ),
      )
      process.stderr.write(
        `${found.days.toFixed(1)} days, standard deviation ${found.sdDays.toFixed(1)}; critical: ${found.critical.join(' → ')}\n`,
      )
      for (const { day: by, p } of found.probBy) process.stderr.write(`done by day ${by}: ${percent(p)}\n`)
      for (const conflict of found.conflicts)
        process.stderr.write(
          `conflict over ${conflict.resource}, day ${day(conflict.from)} to ${day(conflict.to)}: ${conflict.tasks.join(', ')}\n`,
        )
    })
}

function defineLabel(lot: Command): void {
  lot
    .command('label')
    .description('GS1 DataMatrix of a container as SVG, and its text')
    .requiredOption('--lot <id>', 'lot')
    .requiredOption('--serial <id>', 'serial of the container’s label')
    .requiredOption('--coi <id>', 'chain-of-identity id')
    .requiredOption('--expires <time>', 'RFC 3339 with the site’s zone')
    .option('--product <name>', 'product', 'TCR-T')
    .option('--gtin <digits>', 'GTIN-14 of the company; default: restricted circulation', RESTRICTED_GTIN)
    .option('--out <file>', 'SVG to write; - is standard output', '-')
    .action(async (flags: { lot: string; serial: string; coi: string; expires: string; product: string; gtin: string; out: string }) => {
      const label = must(
        containerLabel(
          { gtin: flags.gtin, lot: flags.lot, serial: flags.serial, coi: must(parseCoi(flags.coi)), expires: flags.expires },
          flags.product,
        ),
      )
      const { gs1DataMatrix } = await import('../../write/gs1-label.ts')
      putText(flags.out, `${gs1DataMatrix(label.elementString)}\n`)
      process.stderr.write(`${label.lines.join('\n')}\n${label.caveats.map(one => `caveat: ${one.text} [${one.code}]\n`).join('')}`)
    })
}

function defineRecallCase(lot: Command): void {
  withServer(lot.command('recall-case').argument('<id>', 'recall').description('what became of each item of a recall')).action(
    async (id: string, flags: ClientFlags) => {
      const { data } = JSON.parse(await new RecordClient(flags).get(`/recall-cases/${encodeURIComponent(id)}`)) as { data: RecallData }
      process.stdout.write(
        formatTsv(
          ['item', 'disposition', 'reason', 'decided_by'],
          data.items.map(({ item, disposition, reason, decided_by }) => [item, disposition, reason, decided_by]),
        ),
      )
      const left = data.items.filter(({ disposition }) => disposition === '').length
      process.stderr.write(`recall ${id} of ${data.start} is ${data.status}; ${left} of ${data.items.length} items without a disposition\n`)
    },
  )
}

function defineRecall(lot: Command): void {
  withServer(
    lot
      .command('recall')
      .argument('<start>', 'material, equipment, vector, lot or specimen, such as material:OKT3-7')
      .description('every lot, container and infusion that it reached; with --open the recall of all of it'),
  )
    .option('--edges <file>', 'table with the columns from and to, instead of a server')
    .option('--open <id>', 'open a recall under this id: lots and containers on hold, materials and constructs out of use at once; signed')
    .option('--reason <text>', 'of the recall')
    .addHelpText(
      'after',
      '\nWhat became of each item, and the end: `cognate lot do recall.dispose ID`, `recall.close ID`; how it stands: `cognate lot recall-case ID`.\n\nExample:\n  cognate lot recall material:FEED-1 --open RC-7 --reason "late finding in a donor"\n',
    )
    .action(async (start: string, flags: ClientFlags & { readonly edges?: string; readonly open?: string; readonly reason?: string }) => {
      if (flags.open !== undefined && (flags.edges !== undefined || flags.reason === undefined))
        throw new InputFault(
          issue('recall-open', '--open needs --reason, and the record itself instead of --edges', 'say why it is recalled'),
        )
      if (flags.edges === undefined) {
        const client = new RecordClient(flags)
        const scope = JSON.parse(await client.get(`/recalls/${encodeURIComponent(start)}`)) as { start: string; affected: string[] }
        process.stdout.write(scope.affected.map(node => `${node}\n`).join(''))
        if (flags.open === undefined) return
        const body = { id: flags.open, start: scope.start, affected: scope.affected, reason: flags.reason }
        const { alerts } = JSON.parse(await client.post('/recall-cases', body)) as { alerts: { to: string[]; text: string }[] }
        for (const { to, text } of alerts) process.stderr.write(`to ${to.join(', ')}: ${text}\n`)
        return
      }
      const table = must(
        readParsed(flags.edges, text =>
          parseDelimited(text, { delimiter: flags.edges!.endsWith('.csv') ? ',' : '\t', required: ['from', 'to'] }),
        ),
      )
      const get = columnReader(table.columns)
      const edges = table.rows.map((row): Edge => [get(row, 'from'), get(row, 'to')])
      if (!edges.some(edge => edge.includes(start)))
        throw new InputFault(issue('not-found', `no link names ${start}`, 'check the id; it stands with its kind, such as material:OKT3-7'))
      process.stdout.write(
        reachedFrom(edges, start)
          .map(node => `${node}\n`)
          .join(''),
      )
    })
}
