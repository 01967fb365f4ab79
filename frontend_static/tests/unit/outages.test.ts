import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import CancelSeriesDialog from '../../src/features/booking/CancelSeriesDialog.svelte';
import { layoutOf } from '../../src/features/booking/day';
import SlotOffers from '../../src/features/booking/SlotOffers.svelte';
import CalendarFeedSettings from '../../src/features/calendars/CalendarFeedSettings.svelte';
import { webcalOf } from '../../src/features/calendars/feed';
import HerePage from '../../src/features/here/HerePage.svelte';
import OutageDialog from '../../src/features/outages/OutageDialog.svelte';
import { nextHour } from '../../src/features/outages/outage';
import UnitOutages from '../../src/features/outages/UnitOutages.svelte';
import { router } from '../../src/lib/routing/router.svelte';
import * as data from './support/data';
import { signInAs } from './support/people';
import { page, serve } from './support/server';

const user = userEvent.setup();
const press = (name: string | RegExp) => user.click(screen.getByRole('button', { name }));
const money = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
const zone = 'Europe/Berlin';
const person = { __typename: 'Person', id: 'p2', name: 'Jonas Petersen' };
const outage = {
	__typename: 'Outage',
	id: 'out1',
	kind: 'SUDDEN',
	state: 'UNDER_WAY',
	startsAt: '2026-11-24T09:00:00Z',
	endsAt: null as string | null,
	reason: 'The lamp is broken',
	note: 'Ms Weber comes',
	createdAt: '2026-11-24T09:00:00Z',
	version: 3,
	unit: data.unit,
	createdBy: person,
};
const nobody = { outagePreview: { bookingCount: 0, rentalCount: 0, bookings: [] } };

describe('putting a unit out of order', () => {
	function open(answers: Parameters<typeof serve>[0] = {}) {
		const server = serve({
			OutagePreview: nobody,
			AnnounceOutage: { announceOutage: { errors: [], outage } },
			...answers,
		});
		const onclose = vi.fn();
		render(OutageDialog, { unitId: 'u1', unitName: 'Elbe', zone, onclose });
		return { server, onclose };
	}

	test('says whom it affects before anybody decides, and begins now', async () => {
		const bookings = [{ ...data.booking, bookedBy: person }];
		const { server, onclose } = open({
			OutagePreview: { outagePreview: { bookingCount: 1, rentalCount: 2, bookings } },
		});
		expect(await screen.findByText('1 booking will end')).toBeInTheDocument();
		expect(screen.getByText(/2 rentals are affected/)).toBeInTheDocument();
		await user.type(screen.getByLabelText('Reason'), 'The lamp is broken');
		await press('Out of order');
		await waitFor(() => expect(onclose).toHaveBeenCalled());
		expect(server.variablesOf('AnnounceOutage')).toEqual([
			{ input: { unitId: 'u1', startsAt: null, endsAt: null, reason: 'The lamp is broken', note: '' } },
		]);
	});

	test('wants a reason, and an end for what is planned', async () => {
		const { server } = open();
		await press('Later, planned');
		await press('Plan an outage');
		expect(screen.getByLabelText('Reason')).toHaveAttribute('aria-invalid', 'true');
		expect(screen.getByLabelText('Last day')).toHaveAttribute('aria-invalid', 'true');
		expect(server.variablesOf('AnnounceOutage')).toEqual([]);
	});

	test('keeps what was typed when it is refused', async () => {
		const errors = [
			{ code: 'OutageOverlaps', message: 'The unit has another outage then.', path: ['input', 'unitId'] },
		];
		const { onclose } = open({ AnnounceOutage: { announceOutage: { errors, outage: null } } });
		await user.type(screen.getByLabelText('Reason'), 'Again');
		await press('Out of order');
		expect(await screen.findByText('The unit has another outage then.')).toBeInTheDocument();
		expect(screen.getByLabelText('Reason')).toHaveValue('Again');
		expect(onclose).not.toHaveBeenCalled();
	});

	test('begins at the next full hour', () => {
		expect([nextHour(0), nextHour(59), nextHour(60), nextHour(1439)]).toEqual([60, 60, 120, 1380]);
	});
});

describe('the outages of a unit', () => {
	function open(nodes: readonly object[], manages = true, answers: Parameters<typeof serve>[0] = {}) {
		const server = serve({ Outages: { outages: page(nodes) }, ...answers });
		render(UnitOutages, { unit: data.unit, manages });
		return server;
	}

	test('are listed, and one that goes on is resolved', async () => {
		const server = open([outage], true, { ResolveOutage: { resolveOutage: { errors: [], outage } } });
		const list = within(await screen.findByRole('list', { name: 'Outages' }));
		expect(list.getByText('The lamp is broken')).toBeInTheDocument();
		expect(list.getByText('Under way')).toBeInTheDocument();
		await user.click(list.getByRole('button', { name: 'Back in order' }));
		await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Back in order' }));
		await waitFor(() =>
			expect(server.variablesOf('ResolveOutage')).toEqual([{ input: { outageId: 'out1', expectedVersion: 3 } }]),
		);
	});

	test('one that lies ahead is taken back', async () => {
		const ahead = { ...outage, kind: 'PLANNED', state: 'AHEAD', endsAt: '2026-11-24T12:00:00Z' };
		const server = open([ahead], true, { CancelOutage: { cancelOutage: { errors: [], outage: ahead } } });
		await user.click(await screen.findByRole('button', { name: 'Take back' }));
		await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Take back' }));
		await waitFor(() =>
			expect(server.variablesOf('CancelOutage')).toEqual([{ input: { outageId: 'out1', expectedVersion: 3 } }]),
		);
	});

	test('one is changed to end at another time', async () => {
		const server = open([outage], true, { ChangeOutage: { changeOutage: { errors: [], outage } } });
		await user.click(await screen.findByRole('button', { name: 'Change' }));
		const dialog = within(screen.getByRole('dialog'));
		await user.clear(dialog.getByLabelText('Reason'));
		await user.type(dialog.getByLabelText('Reason'), 'A part is ordered');
		await user.click(dialog.getByRole('button', { name: 'Change' }));
		await waitFor(() =>
			expect(server.variablesOf('ChangeOutage')[0]?.input).toEqual({
				outageId: 'out1',
				expectedVersion: 3,
				endsAt: null,
				reason: 'A part is ordered',
				note: 'Ms Weber comes',
			}),
		);
	});

	test('staff see whose bookings one ended and who took another slot', async () => {
		const bookings = [{ ...data.booking, state: 'CANCELLED', heirId: 'b9' }];
		open([outage], false, { OutageDetails: { node: { ...outage, bookings } } });
		await user.click(await screen.findByRole('button', { name: 'Whose bookings it ended' }));
		expect(await screen.findByText('Took another slot')).toBeInTheDocument();
		expect(screen.queryByRole('button', { name: 'Change' })).toBeNull();
	});

	test('are none', async () => {
		open([]);
		expect(await screen.findByText('No outages')).toBeInTheDocument();
	});

	test('a failure can be tried again', async () => {
		serve({ Outages: 'fails' });
		render(UnitOutages, { unit: data.unit, manages: false });
		expect(await screen.findByRole('button', { name: 'Try again' })).toBeInTheDocument();
	});

	test('the page at the unit says why, and puts it back in order', async () => {
		signInAs('manager');
		const server = serve({
			UnitHere: { node: { ...data.unit, currentOutage: outage }, bookings: { nodes: [] } },
			Usages: { usages: page([]) },
			ResolveOutage: { resolveOutage: { errors: [], outage } },
		});
		render(HerePage, { id: 'u1' });
		expect(await screen.findByText('The lamp is broken')).toBeInTheDocument();
		await press('Back in order');
		await waitFor(() => expect(server.variablesOf('ResolveOutage')).toHaveLength(1));
	});

	test('stand in the day, until its end when they have none', () => {
		const { rows } = layoutOf({
			units: [data.unit as never],
			bookings: [],
			pending: [],
			outages: [{ outageId: 'out1', unitId: 'u1', startsAt: outage.startsAt, endsAt: null, reason: 'Broken' }],
			day: '2026-11-24',
			zone,
			detailOf: () => '',
			nowMinute: 0,
		});
		expect(rows[0]?.segments.find(({ id }) => id === 'out1/u1')).toMatchObject({ kind: 'held', from: 600, to: 1260 });
	});
});

describe('a slot that is kept', () => {
	const entry = {
		__typename: 'WaitingEntry',
		id: 'w1',
		state: 'OFFERED',
		startsAt: '2026-11-24T09:00:00Z',
		endsAt: '2026-11-24T10:00:00Z',
		title: 'Board',
		offeredUntil: '2026-11-24T08:00:00Z',
		bookingId: null,
		insteadOfId: 'b1',
		version: 1,
		price: money(4500),
		unit: { __typename: 'Unit', id: 'u2', name: 'Alster' },
	};

	test('is taken with one click', async () => {
		const waiting = { ...entry, id: 'w2', state: 'WAITING', title: 'Not yet' };
		const server = serve({
			WaitingList: { waitingList: page([entry, waiting]) },
			AcceptSlot: { acceptSlot: { errors: [], booking: data.booking } },
		});
		render(SlotOffers, { siteId: 's1', zone });
		expect(await screen.findByText('Kept for you after an outage')).toBeInTheDocument();
		expect(screen.getByText('EUR 45.00')).toBeInTheDocument();
		expect(screen.queryByText(/Not yet/)).toBeNull();
		await press('Take it');
		await waitFor(() => expect(server.variablesOf('AcceptSlot')[0]?.input).toMatchObject({ waitingEntryId: 'w1' }));
	});

	test('is left for others', async () => {
		const server = serve({
			WaitingList: { waitingList: page([{ ...entry, insteadOfId: null, price: null }]) },
			LeaveWaitingList: { leaveWaitingList: { errors: [], entry } },
		});
		render(SlotOffers, { siteId: 's1', zone });
		expect(await screen.findByText('Free now, and kept for you')).toBeInTheDocument();
		await press('Not needed');
		await waitFor(() => expect(server.variablesOf('LeaveWaitingList')).toEqual([{ input: { waitingEntryId: 'w1' } }]));
	});
});

describe('cancelling a series', () => {
	const cancellation = (fee: number, refusal: object | null = null) => ({
		bookingId: `b${fee}`,
		startsAt: '2026-11-24T09:00:00Z',
		endsAt: '2026-11-24T10:00:00Z',
		fee: money(fee),
		refusal,
	});
	const found = (cancellations: readonly object[], cancelledCount: number, fee: number) => ({
		seriesCancellation: { seriesId: 'se1', cancelledCount, fee: money(fee), cancellations },
	});

	function open(answers: Parameters<typeof serve>[0], isStaff = false) {
		const server = serve(answers);
		const events = { oncancelled: vi.fn(), onclose: vi.fn() };
		render(CancelSeriesDialog, { booking: data.booking as never, isStaff, zone, ...events });
		return { server, events };
	}

	test('shows what each costs, and sends the sum that was shown', async () => {
		const report = { seriesId: 'se1', cancelledCount: 2, fee: money(2250), cancellations: [] };
		const { server, events } = open({
			SeriesCancellation: found([cancellation(2250), cancellation(0)], 2, 2250),
			CancelSeries: { cancelSeries: { errors: [], report } },
		});
		expect(await screen.findByText('2 bookings will be cancelled.')).toBeInTheDocument();
		expect(screen.getByText('EUR 22.50')).toBeInTheDocument();
		await press('Cancel the series');
		await waitFor(() => expect(events.oncancelled).toHaveBeenCalled());
		expect(server.variablesOf('CancelSeries')).toEqual([
			{ input: { bookingId: 'b1', followingOnly: true, feeMinor: 2250, overrideReason: null } },
		]);
	});

	test('asks anew for the whole series, and says what stays', async () => {
		const late = { code: 'CancelNoticePassed', message: 'Cancelling needs 60 minutes of notice.' };
		const { server } = open({ SeriesCancellation: found([cancellation(0, late)], 0, 0) });
		await user.click(await screen.findByRole('button', { name: 'All of the series' }));
		await waitFor(() =>
			expect(server.variablesOf('SeriesCancellation').at(-1)).toMatchObject({ followingOnly: false }),
		);
		expect(await screen.findByText(/60 minutes of notice/)).toBeInTheDocument();
		await press('Cancel the series');
		expect(server.variablesOf('CancelSeries')).toEqual([]);
	});

	test('a reason of staff is counted with', async () => {
		const { server } = open({ SeriesCancellation: found([cancellation(2250)], 1, 2250) }, true);
		const reason = await screen.findByLabelText(/Why/);
		await user.type(reason, 'Flooded');
		await user.tab();
		await waitFor(() =>
			expect(server.variablesOf('SeriesCancellation').at(-1)).toMatchObject({ overrideReason: 'Flooded' }),
		);
	});
});

describe('calendar feeds', () => {
	const feed = {
		__typename: 'CalendarFeed',
		id: 'cf1',
		content: 'EVENTS',
		createdAt: '2026-11-24T09:00:00Z',
		lastUsedAt: null,
		unit: data.unit,
		site: null,
	};

	test('are listed and revoked', async () => {
		const server = serve({
			CalendarFeeds: { calendarFeeds: page([feed]) },
			BookableSites: { sites: page([data.site]) },
			RevokeCalendarFeed: { revokeCalendarFeed: { errors: [], calendarFeed: feed } },
		});
		render(CalendarFeedSettings);
		expect(await screen.findByText('Elbe, Hamburg Life Science Labs')).toBeInTheDocument();
		expect(screen.getByText(/never read/)).toBeInTheDocument();
		await press('Revoke');
		await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Revoke' }));
		await waitFor(() =>
			expect(server.variablesOf('RevokeCalendarFeed')).toEqual([{ input: { calendarFeedId: 'cf1' } }]),
		);
	});

	test('one is made, and its address is shown once', async () => {
		const address = 'https://incubator.example/calendar/cal_x.ics';
		const server = serve({
			CalendarFeeds: { calendarFeeds: page([]) },
			BookableSites: { sites: page([data.site]) },
			CreateCalendarFeed: { createCalendarFeed: { errors: [], calendarFeed: feed, address } },
		});
		router.go('/settings?tab=calendars&new=1', { replace: true });
		render(CalendarFeedSettings);
		const dialog = within(await screen.findByRole('dialog'));
		await user.click(dialog.getByRole('button', { name: 'Make a calendar feed' }));
		expect(await dialog.findByText(address)).toBeInTheDocument();
		expect(dialog.getByRole('link', { name: 'Open in the calendar program' })).toHaveAttribute(
			'href',
			webcalOf(address),
		);
		expect(server.variablesOf('CreateCalendarFeed')).toEqual([{ input: { subjectId: null, content: 'EVENTS' } }]);
	});

	test('a failure can be tried again', async () => {
		serve({ CalendarFeeds: 'fails', BookableSites: { sites: page([]) } });
		render(CalendarFeedSettings);
		expect(await screen.findByRole('button', { name: 'Try again' })).toBeInTheDocument();
	});
});
