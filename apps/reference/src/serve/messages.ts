import { defineBytes, defineMessage, Type } from '@millrace/contracts'
import { reasons } from '../reasons.js'

const id = Type.String({ maxLength: 17, description: 'Digits, as they were written.' })
const cents = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const decision = { id, customer_id: id, accepted: Type.Boolean() }

/** An attempt as a client sends it; what is wrong with it becomes the reason of its decision. */
export const LoadRequest = defineMessage(
  'fund.load-request',
  Type.Object(
    {
      id: Type.String({ maxLength: 64, description: '1 to 15 digits.' }),
      customer_id: Type.String({ maxLength: 64, description: '1 to 15 digits.' }),
      load_amount: Type.String({ maxLength: 64, description: 'Such as $3318.47, USD 1.00 or 12.5.' }),
      time: Type.String({ maxLength: 64, description: 'RFC 3339, with a zone.' }),
    },
    { additionalProperties: false },
  ),
)

/** A line of NDJSON as it came, without its line feed. */
export const LoadLine = defineBytes('fund.load-line')

/** The answer to one attempt, with its reason. */
export const LoadDecision = defineMessage(
  'fund.load-decision',
  Type.Object({ ...decision, reason: Type.Enum([...reasons]) }),
  { reply: true },
)

/** The answer to one line: byte for byte what a batch writes. */
export const LoadOutcome = defineMessage('fund.load-outcome', Type.Object(decision), { reply: true })

/** Asks what became of an id. */
export const LoadQuery = defineMessage('fund.load-query', Type.Object({ id: Type.String({ maxLength: 64 }) }))

/** Every decision on an id, in the order of the attempts. */
export const LoadRecord = defineMessage(
  'fund.load-record',
  Type.Object({
    id,
    decisions: Type.Array(Type.Object({ customer_id: id, accepted: Type.Boolean(), reason: Type.Enum([...reasons]) })),
  }),
  { reply: true },
)

/** What `instantOf` takes and a `date-time` may be without: a T, seconds below 60, and a zone of hours and minutes. */
const instantForm = '^.{10}[Tt].{6}[0-5]\\d(?:\\.\\d+)?(?:[Zz]|[+-]\\d{2}:\\d{2})$'

/** Asks for the windows of a customer at a time. */
export const WindowsQuery = defineMessage(
  'fund.windows-query',
  Type.Object({
    customer_id: Type.String({ maxLength: 64 }),
    time: Type.Optional(
      Type.String({
        maxLength: 64,
        format: 'date-time',
        pattern: instantForm,
        patternErrorMessage: 'must be RFC 3339 with a zone, such as 2000-01-01T00:00:00Z',
        description: 'RFC 3339, with a zone; now where it is left out.',
      }),
    ),
  }),
)

/** Asks for a customer's windows by their keys, as `windowKeys` makes them. */
export const WindowsAt = defineMessage(
  'fund.windows-at',
  Type.Object({
    customer_id: Type.String({ maxLength: 64 }),
    day: Type.Integer(),
    monday: Type.Integer(),
    customer_day: Type.String({ maxLength: 96 }),
    customer_week: Type.String({ maxLength: 96 }),
  }),
)

/** What counts towards the limits of a customer's day and week. */
export const Windows = defineMessage(
  'fund.windows',
  Type.Object({
    customer_id: id,
    day: Type.String({ description: 'The UTC day.' }),
    attempts: Type.Integer({ minimum: 0 }),
    day_cents: cents,
    week: Type.String({ description: 'The Monday of the week, UTC.' }),
    week_cents: cents,
  }),
  { reply: true },
)

const nothing = Type.Object({})
export const PageRequest = defineMessage('fund.page-request', nothing)
export const ScriptRequest = defineMessage('fund.script-request', nothing)
export const StyleRequest = defineMessage('fund.style-request', nothing)
export const IconRequest = defineMessage('fund.icon-request', nothing)

/** The page where attempts are typed, and what it loads. */
export const Page = defineBytes('fund.page', { reply: true, mediaType: 'text/html; charset=utf-8' })
export const Script = defineBytes('fund.script', { reply: true, mediaType: 'text/javascript; charset=utf-8' })
export const Style = defineBytes('fund.style', { reply: true, mediaType: 'text/css; charset=utf-8' })
export const Icon = defineBytes('fund.icon', { reply: true, mediaType: 'image/svg+xml' })
