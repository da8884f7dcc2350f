// `survival …`: a table of times to the statistics, as JSON whose names are those of R's results.
import { clopperPearson, type Issue, wilson } from '@cognate/core/base'
import {
  aalenJohansen,
  coxModel,
  cumulativeIncidence,
  fineGray,
  grayTest,
  INTERVAL_KINDS,
  type IntervalKind,
  kaplanMeier,
  logRank,
  quantile,
  restrictedMean,
  simonDesigns,
  survivalAt,
  type TieMethod,
} from '@cognate/core/response'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { must } from '../exit.ts'
import { list, anyNumber as number, openShare, wholeNumber } from '../options.ts'
import { putText } from '../put-text.ts'
import { refuse, SurvivalColumns } from '../survival-columns.ts'

interface TimeFlags {
  readonly time: string
  readonly status: string
  readonly event: string
  readonly censored?: string
  readonly out: string
}

/** NaN and not reached are null. */
function write(result: unknown, out: string): void {
  const plain = (_: string, value: unknown): unknown =>
    value instanceof Float64Array || value instanceof Uint32Array
      ? Array.from(value)
      : typeof value === 'number' && Number.isNaN(value)
        ? null
        : value
  const text = `${JSON.stringify(result, plain, 1)}\n`
  putText(out, text)
}

const orFail = <T>(result: { ok: true; value: T } | { ok: false; issue: Issue }): T => must(result)

const timed = (command: Command): Command =>
  command
    .argument('<file>', 'table: CSV, TSV, XPT, Dataset-JSON or NDJSON, one row a subject')
    .requiredOption('--time <column>', 'time to event or censoring')
    .requiredOption('--status <column>', 'what ended it')
    .option('--event <values>', 'values of the status that are events; several, with commas, are causes 1, 2, … in this order', '1')
    .option('--out <file>', 'JSON to write; - is standard output', '-')

function timesOf(text: string): readonly number[] {
  const times = list(text).map(number)
  if (times.length === 0 || times.some(time => time < 0)) throw new InvalidArgumentError('times from 0 are expected, such as 6,12,24')
  return times
}

const levelOption = new Option('--level <share>', 'of the intervals').argParser(openShare).default(0.95)

export function defineSurvival(program: Command): void {
  const survival = program
    .command('survival')
    .description('times to events: Kaplan-Meier, log-rank, Cox, competing risks, proportions, two-stage designs')
  timed(survival.command('km').description('Kaplan-Meier with quantiles and restricted mean'))
    .addOption(
      new Option('--interval <kind>', 'kind of interval; it changes the printed answer').choices([...INTERVAL_KINDS]).default('log'),
    )
    .option('--group <column>', 'one curve a group')
    .option('--at <times>', 'survival at these times too, comma-separated', timesOf)
    .addOption(levelOption)
    .action((file: string, flags: TimeFlags & { interval: IntervalKind; group?: string; at?: readonly number[]; level: number }) => {
      const columns = new SurvivalColumns(file, [flags.time, flags.status, ...(flags.group === undefined ? [] : [flags.group])])
      const data = columns.times(flags)
      const groups = flags.group === undefined ? { names: [''], codes: new Uint8Array(data.time.length) } : columns.levels(flags.group)
      const curves = groups.names.map((group, g) => {
        const keep = (_: number, i: number) => groups.codes[i] === g
        const curve = kaplanMeier({ time: data.time.filter(keep), status: data.status.filter(keep) }, flags.interval, flags.level)
        const mean = restrictedMean(curve)
        const p = [0.25, 0.5, 0.75]
        const found = p.map(share => quantile(curve, share))
        return {
          ...(flags.group === undefined ? {} : { group }),
          conf_type: curve.interval,
          level: curve.level,
          time: curve.time,
          n_risk: curve.atRisk,
          n_event: curve.events,
          n_censor: curve.censored,
          surv: curve.survival,
          std_err: curve.standardError,
          lower: curve.lower,
          upper: curve.upper,
          quantile: {
            p,
            est: found.map(q => q.estimate ?? null),
            lower: found.map(q => q.lower ?? null),
            upper: found.map(q => q.upper ?? null),
          },
          rmean: mean?.mean ?? null,
          rmean_se: mean?.standardError ?? null,
          ...(flags.at === undefined
            ? {}
            : {
                at: flags.at.map(time => {
                  const found = survivalAt(curve, time)
                  return {
                    time,
                    n_risk: found?.atRisk ?? 0,
                    surv: found?.survival ?? null,
                    lower: found?.lower ?? null,
                    upper: found?.upper ?? null,
                  }
                }),
              }),
        }
      })
      write(flags.group === undefined ? curves[0] : curves, flags.out)
    })
  timed(survival.command('logrank').description('log-rank test of groups'))
    .requiredOption('--group <column>', 'groups to compare')
    .option('--strata <column>', 'strata to sum over')
    .option('--rho <power>', 'weight S(t-)^rho: 0 log-rank, 1 Peto', number, 0)
    .action((file: string, flags: TimeFlags & { group: string; strata?: string; rho: number }) => {
      const columns = new SurvivalColumns(file, [
        flags.time,
        flags.status,
        flags.group,
        ...(flags.strata === undefined ? [] : [flags.strata]),
      ])
      const groups = columns.levels(flags.group)
      const test = logRank(
        columns.times(flags),
        groups.codes,
        groups.names.length,
        flags.rho,
        flags.strata === undefined ? undefined : columns.levels(flags.strata).codes,
      )
      write(
        {
          groups: groups.names,
          rho: test.rho,
          n: test.subjects,
          obs: test.observed,
          exp: test.expected,
          chisq: test.chiSquare,
          df: test.df,
          p: test.p,
          var: test.variance,
        },
        flags.out,
      )
    })
  timed(survival.command('cox').description('proportional hazards'))
    .requiredOption('--covariates <columns>', 'with commas; words become one column a level', list)
    .option('--reference <column=level...>', 'reference level of a column of words', [])
    .option('--strata <column>', 'strata')
    .addOption(new Option('--ties <method>', 'ties').choices(['efron', 'breslow', 'exact']).default('efron'))
    .addOption(levelOption)
    .action(
      (
        file: string,
        flags: TimeFlags & { covariates: readonly string[]; reference: readonly string[]; strata?: string; ties: TieMethod; level: number },
      ) => {
        const columns = new SurvivalColumns(file, [
          flags.time,
          flags.status,
          ...flags.covariates,
          ...(flags.strata === undefined ? [] : [flags.strata]),
        ])
        const references = new Map(flags.reference.map(text => text.split('=') as [string, string]))
        const model = orFail(
          coxModel(
            columns.times(flags),
            columns.covariates(flags.covariates, references),
            flags.ties,
            flags.strata === undefined ? undefined : columns.levels(flags.strata).codes,
            flags.level,
          ),
        )
        write(
          {
            ties: model.ties,
            n: model.subjects,
            nevent: model.events,
            names: model.names,
            coef: model.coefficients,
            se: model.standardErrors,
            exp_coef: model.hazardRatios.map(h => h.ratio),
            conf: model.hazardRatios.map(h => [h.low, h.high]),
            p: model.hazardRatios.map(h => h.p),
            loglik: model.logLikelihood,
            score: model.score,
            wald: model.wald,
            likelihood_ratio: model.likelihoodRatio,
            likelihood_ratio_p: model.p,
            concordance: [model.concordance.concordance, model.concordance.standardError],
          },
          flags.out,
        )
      },
    )
  timed(survival.command('competing').description('Aalen-Johansen incidences of causes (--event A,B)')).action(
    (file: string, flags: TimeFlags) => {
      const columns = new SurvivalColumns(file, [flags.time, flags.status])
      const causes = flags.event.split(',')
      const found = aalenJohansen(columns.times(flags), causes.length)
      write({ states: ['event-free', ...causes], times: found.time, pstate: found.probability, se: found.standardError }, flags.out)
    },
  )
  timed(survival.command('gray').description("Gray's test of the incidence of each cause, with the incidences by group"))
    .requiredOption('--group <column>', 'groups to compare')
    .action((file: string, flags: TimeFlags & { group: string }) => {
      const columns = new SurvivalColumns(file, [flags.time, flags.status, flags.group])
      const data = columns.times(flags)
      const groups = columns.levels(flags.group)
      write(
        flags.event.split(',').map((name, k) => {
          const test = grayTest(data, groups.codes, groups.names.length, k + 1)
          const incidence = groups.names.map((group, g) => {
            const keep = (_: number, i: number) => groups.codes[i] === g
            return { group, ...cumulativeIncidence({ time: data.time.filter(keep), status: data.status.filter(keep) }, k + 1) }
          })
          return { cause: name, chisq: test.chiSquare, df: test.df, p: test.p, incidence }
        }),
        flags.out,
      )
    })
  timed(survival.command('finegray').description('subdistribution hazard of the first cause (--event A,B)'))
    .requiredOption('--covariates <columns>', 'with commas; words become one column a level', list)
    .option('--reference <column=level...>', 'reference level of a column of words', [])
    .action((file: string, flags: TimeFlags & { covariates: readonly string[]; reference: readonly string[] }) => {
      const columns = new SurvivalColumns(file, [flags.time, flags.status, ...flags.covariates])
      const references = new Map(flags.reference.map(text => text.split('=') as [string, string]))
      const model = orFail(fineGray(columns.times(flags), columns.covariates(flags.covariates, references), 1))
      write(
        {
          failcode: flags.event.split(',')[0],
          names: model.names,
          coef: model.coefficients,
          se: model.standardErrors,
          ratios: model.subdistributionRatios,
          loglik: model.logLikelihood[1],
          loglik_null: model.logLikelihood[0],
        },
        flags.out,
      )
    })
  survival
    .command('proportion')
    .description('exact (Clopper-Pearson) and Wilson interval of X in N')
    .argument('<x>', 'how many', wholeNumber)
    .argument('<n>', 'of how many', wholeNumber)
    .addOption(levelOption)
    .option('--out <file>', 'JSON to write; - is standard output', '-')
    .action((x: number, n: number, flags: { level: number; out: string }) => {
      if (x > n || n === 0) refuse('proportion', `${x} of ${n}`, 'give X between 0 and N, and N of at least 1')
      const [exact, score] = [clopperPearson(x, n, flags.level), wilson(x, n)]
      if (flags.level !== 0.95) refuse('level', 'Wilson intervals are given at 95 % only', 'leave --level out')
      write(
        { x, n, estimate: x / n, level: flags.level, clopper_pearson: [exact.low, exact.high], wilson: [score.low, score.high] },
        flags.out,
      )
    })
  survival
    .command('simon')
    .description("Simon's two-stage designs: optimal and minimax")
    .requiredOption('--p0 <rate>', 'response rate not worth pursuing', number)
    .requiredOption('--p1 <rate>', 'response rate worth pursuing', number)
    .option('--alpha <share>', 'error of the first kind', number, 0.05)
    .option('--beta <share>', 'error of the second kind', number, 0.2)
    .option('--most <subjects>', 'largest design looked at', wholeNumber, 100)
    .option('--out <file>', 'JSON to write; - is standard output', '-')
    .action((flags: { p0: number; p1: number; alpha: number; beta: number; most: number; out: string }) => {
      write(
        {
          p0: flags.p0,
          p1: flags.p1,
          alpha: flags.alpha,
          beta: flags.beta,
          ...orFail(simonDesigns(flags.p0, flags.p1, flags.alpha, flags.beta, flags.most)),
        },
        flags.out,
      )
    })
}
