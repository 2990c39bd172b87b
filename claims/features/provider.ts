// provider/1: one row an institution, from its inpatient settlements and the persons in them; needs no fee lines (CMS has none).
import { logCount, logDays, logRatio, logYuan, plain, ratio, share } from './declare.ts'
import type { Feature, FeatureSet } from './feature.ts'

const CONDITIONS: readonly (readonly [name: string, en: string, zh: string])[] = [
  ['alzheimer', 'Alzheimer’s disease', '阿尔茨海默病'],
  ['heart_failure', 'heart failure', '心力衰竭'],
  ['kidney', 'chronic kidney disease', '慢性肾病'],
  ['cancer', 'cancer', '癌症'],
  ['diabetes', 'diabetes', '糖尿病'],
  ['stroke', 'stroke', '脑卒中'],
  ['renal', 'end-stage renal disease', '终末期肾病'],
]

const stays = (until: string): string => `
stays AS (
  SELECT c.*, p.sex, p.birth_year, coalesce(p.death_ts < ${until}, false) AS died, string_split(coalesce(p.conditions, ''), ' ') AS conditions,
    greatest(0, coalesce(date_diff('day', c.admit_ts::DATE, c.discharge_ts::DATE), 0)) AS los_days
  FROM claim c JOIN person p USING (person_id) WHERE c.visit_type = 'inpatient' AND c.settle_ts < ${until}
),
followed AS (
  SELECT *, lag(discharge_ts) OVER here AS last_here, max(discharge_ts) OVER (PARTITION BY person_id ORDER BY admit_ts, claim_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_anywhere,
    count(*) OVER (PARTITION BY hospital_id, person_id, admit_ts::DATE) AS same_admission
  FROM stays WINDOW here AS (PARTITION BY hospital_id, person_id ORDER BY admit_ts, claim_id)
)`

/** The share of a provider's stays that fall on its most frequent value of a column, and how many values there are. */
const top = (name: string, column: string): string => `
${name} AS (
  SELECT hospital_id, max(n) AS top_${name}, count(*) AS distinct_${name} FROM (SELECT hospital_id, ${column}, count(*) AS n FROM stays WHERE ${column} IS NOT NULL GROUP BY hospital_id, ${column}) GROUP BY hospital_id
)`

const codes = (name: string, table: string): string => `
${name} AS (SELECT hospital_id, count(*) AS ${name}, count(DISTINCT code) AS distinct_${name} FROM ${table} JOIN stays USING (claim_id) GROUP BY hospital_id)`

const PATIENTS = `
patients AS (
  SELECT hospital_id, count(*) AS patients, sum((elsewhere > 1)::INTEGER) AS shared, max(visits) AS busiest
  FROM (SELECT hospital_id, person_id, count(*) AS visits, count(*) OVER (PARTITION BY person_id) AS elsewhere FROM stays GROUP BY hospital_id, person_id) GROUP BY hospital_id
)`

const TOTALS = `
totals AS (
  SELECT hospital_id, count(*) AS stays, sum(total_amt) AS total, max(total_amt) AS dearest, sum(total_amt::HUGEINT * total_amt) AS total_squared,
    sum(fund_amt) AS fund, sum(coalesce(self_amt, 0)) AS self, count(*) FILTER (self_amt IS NULL OR self_amt = 0) AS without_self,
    sum(los_days) AS days, max(los_days) AS longest, count(*) FILTER (los_days <= 1) AS short, sum(year(settle_ts) - birth_year) AS ages, count(*) FILTER (sex = 'female') AS women,
    count(*) FILTER (died) AS deaths,
    sum(len(list_filter(conditions, x -> x <> ''))) AS conditions, ${CONDITIONS.map(([name]) => `count(*) FILTER (list_contains(conditions, '${name}')) AS ${name}`).join(', ')},
    count(*) FILTER (date_diff('day', last_here::DATE, admit_ts::DATE) BETWEEN 0 AND 15) AS readmitted_15d,
    count(*) FILTER (date_diff('day', last_here::DATE, admit_ts::DATE) BETWEEN 0 AND 30) AS readmitted_30d,
    count(*) FILTER (admit_ts::DATE < last_anywhere::DATE) AS overlapping, count(*) FILTER (same_admission > 1) AS duplicates
  FROM followed GROUP BY hospital_id
)`

const perStay = (sum: string): string => ratio(sum, 'stays')

const FEATURES: readonly Feature[] = [
  logCount('stays', 20_000, 'stays', 'inpatient settlements', '住院结算数'),
  logCount('patients', 20_000, 'patients', 'persons', '住院人数'),
  logCount('physicians', 5000, 'distinct_physician', 'physicians', '医师数'),
  plain('stays_per_patient', 'count', [1, 20], ratio('stays', 'patients'), 'stays a person', '人均住院次数'),
  logCount('busiest_patient', 200, 'busiest', 'most stays of one person', '单人最多住院次数'),
  logRatio('stays_per_physician', 1000, ratio('stays', 'distinct_physician'), 'stays a physician', '医师人均住院数'),
  { ...logYuan('total', 'total', 'total fee', '医疗费总额'), range: [0, 24] },
  logYuan('mean_total', perStay('total'), 'mean fee a stay', '次均费用'),
  logYuan('dearest', 'dearest', 'dearest stay', '最高单次费用'),
  plain(
    'spread',
    'ratio',
    [0, 5],
    `CASE WHEN total > 0 THEN sqrt((stays * total_squared - total::HUGEINT * total)::DOUBLE) / total::DOUBLE ELSE 0 END`,
    'standard deviation of the fee over its mean',
    '费用变异系数',
  ),
  { ...logYuan('fund', 'fund', 'paid by the fund', '基金支付总额'), range: [0, 24] },
  { ...logYuan('self', 'self', 'paid by persons', '个人负担总额'), range: [0, 24] },
  share('without_self', perStay('without_self'), 'stays for which the person paid nothing', '个人零负担占比'),
  logYuan('fee_per_day', ratio('total', 'days + stays'), 'fee a day in bed', '床日费用'),
  logDays('days', 200_000, 'days', 'days in bed', '总床日'),
  logDays('mean_stay', 365, perStay('days'), 'mean days a stay', '平均住院日'),
  logDays('longest', 365, 'longest', 'longest stay', '最长住院日'),
  share('short_stays', perStay('short'), 'stays of at most a day', '一日内住院占比'),
  plain('diagnoses_per_stay', 'count', [0, 20], perStay('diagnoses'), 'diagnoses a stay', '次均诊断数'),
  plain('procedures_per_stay', 'count', [0, 10], perStay('procedures'), 'procedures a stay', '次均手术操作数'),
  logCount('distinct_diagnoses', 20_000, 'distinct_diagnoses', 'distinct diagnoses', '诊断种类'),
  logCount('distinct_procedures', 5000, 'distinct_procedures', 'distinct procedures', '手术操作种类'),
  logCount('distinct_groups', 2000, 'distinct_grouping', 'distinct groups (DRG)', '病组种类'),
  share('top_physician', perStay('top_physician'), 'stays of the busiest physician', '首位医师占比'),
  share('top_group', perStay('top_grouping'), 'stays of the most frequent group', '首位病组占比'),
  logCount('regions', 400, 'distinct_region', 'regions of insurance', '参保地数'),
  share('top_region', perStay('top_region'), 'stays from the most frequent region', '首位参保地占比'),
  share('shared_patients', ratio('shared', 'patients'), 'persons whom another provider of this site has also had', '与其他机构共有患者占比'),
  share('readmitted_15d', perStay('readmitted_15d'), 'admitted here again within 15 days', '15日内再入院占比'),
  share('readmitted_30d', perStay('readmitted_30d'), 'admitted here again within 30 days', '30日内再入院占比'),
  share('overlapping', perStay('overlapping'), 'stays that begin inside another', '重叠住院占比'),
  logCount('duplicates', 1000, 'duplicates', 'stays of one person begun on one day', '同日重复住院数'),
  plain('age', 'years', [0, 110], perStay('ages'), 'mean age', '平均年龄'),
  share('women', perStay('women'), 'women', '女性占比'),
  share('deaths', perStay('deaths'), 'stays of persons known dead at the boundary', '已死亡患者占比'),
  plain('conditions', 'count', [0, 12], perStay('conditions'), 'chronic conditions a person', '人均慢性病数'),
  ...CONDITIONS.map(([name, en, zh]) => share(name, perStay(name), `with ${en}`, `${zh}占比`)),
]

export const PROVIDER_FEATURES: FeatureSet = {
  name: 'provider/1',
  scored: 'hospital',
  unit: (
    until,
  ) => `${stays(until)}, ${TOTALS}, ${PATIENTS}, ${top('physician', 'physician_id')}, ${top('grouping', 'group_code')}, ${top('region', 'insu_region')}, ${codes('diagnoses', 'diagnosis')}, ${codes('procedures', 'procedure')},
unit AS (
  SELECT hospital_id AS id, hospital_id AS group_id, fund AS amount_fen, hospital_id AS sort_key, * EXCLUDE (hospital_id)
    REPLACE (${['top_physician', 'distinct_physician', 'top_grouping', 'distinct_grouping', 'top_region', 'distinct_region', 'diagnoses', 'distinct_diagnoses', 'procedures', 'distinct_procedures'].map((c) => `coalesce(${c}, 0) AS ${c}`).join(', ')})
  FROM totals JOIN patients USING (hospital_id) ${['physician', 'grouping', 'region', 'diagnoses', 'procedures'].map((t) => `LEFT JOIN ${t} USING (hospital_id)`).join(' ')}
)`,
  features: FEATURES,
}
