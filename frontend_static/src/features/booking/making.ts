import * as v from 'valibot';
import { CreateBooking } from '../../gql/CreateBooking';
import { CreatePoolBooking } from '../../gql/CreatePoolBooking';
import { CreateSeries } from '../../gql/CreateSeries';
import { LeaveNote } from '../../gql/LeaveNote';
import type { CreateSeriesMutationVariables } from '../../gql/schema';
import { chosen, day as dayRule, optionalText, requiredText } from '../../lib/form/rules';
import { mutate } from '../../lib/gql/mutate';
import { t } from '../../lib/i18n/i18n.svelte';
import type { Money } from '../../lib/money/money';
import { toasts } from '../../lib/ui/toasts.svelte';
import { timesFit, untilFits } from './series';

/** What a booking's day and minutes must be. */
export const whenRules = {
	day: dayRule,
	from: v.pipe(v.string(), v.transform(Number)),
	to: v.pipe(v.string(), v.transform(Number)),
};

export const bookingSchema = v.pipe(
	v.object({
		title: requiredText(120),
		unitId: chosen,
		...whenRules,
		repeat: v.string(),
		ends: v.string(),
		times: v.string(),
		until: v.string(),
		organizationId: v.string(),
		accessoryIds: v.array(v.string()),
		companionId: v.string(),
		note: optionalText(500),
		overrideReason: optionalText(300),
	}),
	v.forward(
		v.check(({ from, to }) => to > from, 'booking:endBeforeStart'),
		['to'],
	),
	v.forward(
		v.check((values) => timesFit(values), 'booking:repeat.timesWrong'),
		['times'],
	),
	v.forward(
		v.check((values) => untilFits(values), 'booking:repeat.untilWrong'),
		['until'],
	),
);

type SeriesInput = CreateSeriesMutationVariables['input'];

/** Books once, with a note for who comes next; the booking stands even when its note is refused. */
export async function bookOnce({ rule: _rule, ...input }: SeriesInput, note: string) {
	const outcome = await mutate(CreateBooking, { input: { ...input, idempotencyKey: input.idempotencyKey ?? '' } }, [
		'Booking',
	]);
	if (outcome.kind === 'done') await leaveNote(outcome.payload.booking?.id, note);
	return outcome;
}

/** Books any unit of a pool that costs no more than was shown; its id stands where that of a unit would. */
export async function bookAny(asked: SeriesInput, shown: Money | null, note: string) {
	const { unitId: poolId, startsAt, endsAt, title, organizationId, companionId, overrideReason } = asked;
	const input = {
		poolId,
		startsAt,
		endsAt,
		title,
		organizationId,
		companionId,
		overrideReason,
		idempotencyKey: asked.idempotencyKey ?? '',
		mostMinor: shown?.amountMinor ?? null,
	};
	const outcome = await mutate(CreatePoolBooking, { input }, ['Booking']);
	if (outcome.kind === 'done') await leaveNote(outcome.payload.booking?.id, note);
	return outcome;
}

async function leaveNote(bookingId: string | undefined, note: string): Promise<void> {
	if (note === '' || !bookingId) return;
	const left = await mutate(LeaveNote, { input: { bookingId, note } });
	if (left.kind !== 'done') toasts.show(t('booking:noteFailed'), { tone: 'bad' });
}

/** Books every time of a rule that can be booked. */
export const bookSeries = (input: SeriesInput) => mutate(CreateSeries, { input }, ['Booking']);
