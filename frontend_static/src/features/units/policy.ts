import * as v from 'valibot';
import { optionalText } from '../../lib/form/rules';
import type { UnitDetail } from './unit';

type Policy = UnitDetail['policy'];

/** The limits of a policy that may be none, in the order in which the form asks for them. */
export const limits = [
	'shortestMinutes',
	'longestMinutes',
	'stepMinutes',
	'horizonDays',
	'weeklyMinutes',
	'personDayMinutes',
	'futureCount',
	'futureMinutes',
	'gapMinutes',
	'createNoticeMinutes',
	'changeNoticeMinutes',
	'cancelNoticeMinutes',
	'cancelFeePercent',
	'graceMinutes',
] as const satisfies readonly (keyof Policy)[];

/** The numbers that are never none: nothing typed is 0. */
export const amounts = [
	'bufferMinutes',
	'noShowFeePercent',
	'approvalMinutes',
	'offerMinutes',
	'holdMinutes',
] as const satisfies readonly (keyof Policy)[];

export const chargeOns = ['RESERVED', 'USED', 'LONGER'] as const satisfies readonly Policy['chargeOn'][];

const number = v.pipe(v.string(), v.trim(), v.regex(/^\d{0,7}$/, 'app:form.wholeNumber'));
const orNone = v.pipe(
	number,
	v.transform((text) => (text === '' ? null : Number(text))),
);
const orZero = v.pipe(number, v.transform(Number));

const each = <Name extends string, Value>(names: readonly Name[], make: (name: Name) => Value) =>
	Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Value>;

export const policySchema = v.object({
	...each(limits, () => orNone),
	...each(amounts, () => orZero),
	offPeakHours: optionalText(200),
	chargeOn: v.picklist(chargeOns, 'app:form.choose'),
	needsApproval: v.boolean(),
});

/** A policy as the form holds it: numbers as text, empty for none. */
export const typedPolicy = (policy: Policy) => ({
	...each(limits, (name) => String(policy[name] ?? '')),
	...each(amounts, (name) => String(policy[name])),
	offPeakHours: policy.offPeakHours,
	chargeOn: policy.chargeOn as string,
	needsApproval: policy.needsApproval,
});
