import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { CancelBooking } from '../../src/gql/CancelBooking';
import { invalidate } from '../../src/lib/gql/client';
import { nodeId } from '../../src/lib/gql/ids';
import { mutate } from '../../src/lib/gql/mutate';
import AllPagesProbe from './support/AllPagesProbe.svelte';
import { invoice } from './support/moneyData';
import QueryProbe from './support/QueryProbe.svelte';
import { page, serve } from './support/server';

describe('a query', () => {
	test('shows that it waits, and then the data', async () => {
		serve({ Invoices: { invoices: page([invoice]) } });
		render(QueryProbe, { state: 'OVERDUE' });
		expect(screen.getByText('waiting')).toBeInTheDocument();
		expect(await screen.findByText('HAM-2026-1001')).toBeInTheDocument();
	});

	test('asks again when what it holds has changed, and not for anything else', async () => {
		const server = serve({ Invoices: { invoices: page([invoice]) } });
		render(QueryProbe, { state: 'OVERDUE' });
		await screen.findByText('HAM-2026-1001');
		invalidate(['Booking']);
		await Promise.resolve();
		expect(server.sent).toHaveLength(1);
		server.answers.Invoices = { invoices: page([{ ...invoice, number: 'HAM-2026-2000' }]) };
		invalidate(['Invoice']);
		expect(await screen.findByText('HAM-2026-2000')).toBeInTheDocument();
		expect(server.sent).toHaveLength(2);
	});

	test('hears of a first entry although its list was empty', async () => {
		const server = serve({ Invoices: { invoices: page([]) } });
		render(QueryProbe, { state: 'OVERDUE' });
		await screen.findByText('0 of 0');
		server.answers.Invoices = { invoices: page([invoice]) };
		invalidate(['Invoice']);
		expect(await screen.findByText('HAM-2026-1001')).toBeInTheDocument();
	});

	test('says why there is nothing, and can be asked again', async () => {
		const server = serve({ Invoices: 'fails' });
		render(QueryProbe, { state: 'OVERDUE' });
		await screen.findByText('failure: server');
		server.answers.Invoices = { invoices: page([invoice]) };
		await userEvent.click(screen.getByRole('button', { name: 'retry' }));
		expect(await screen.findByText('HAM-2026-1001')).toBeInTheDocument();
	});

	test('waits for points when they are used up, and says so when they stay away', async () => {
		vi.useFakeTimers();
		onTestFinished(() => void vi.useRealTimers());
		const server = serve({ Invoices: 'busy' });
		render(QueryProbe, { state: 'OVERDUE' });
		await vi.advanceTimersByTimeAsync(900);
		expect(server.sent).toHaveLength(1);
		server.answers.Invoices = { invoices: page([invoice]) };
		await vi.advanceTimersByTimeAsync(3_000);
		expect(screen.getByText('HAM-2026-1001')).toBeInTheDocument();

		server.answers.Invoices = 'busy';
		invalidate(['Invoice']);
		await vi.advanceTimersByTimeAsync(60_000);
		expect(screen.getByText('failure: busy')).toBeInTheDocument();
		expect(screen.getByText('HAM-2026-1001')).toBeInTheDocument();
		expect(server.sent).toHaveLength(7);
	});

	test('keeps what is shown when a refresh fails', async () => {
		const server = serve({ Invoices: { invoices: page([invoice]) } });
		render(QueryProbe, { state: 'OVERDUE' });
		await screen.findByText('HAM-2026-1001');
		server.answers.Invoices = 'offline';
		invalidate(['Invoice']);
		await screen.findByText('failure: offline');
		expect(screen.getByText('HAM-2026-1001')).toBeInTheDocument();
	});

	test('does not show data of other variables when the new ones fail', async () => {
		const server = serve({ Invoices: { invoices: page([invoice]) } });
		const { rerender } = render(QueryProbe, { state: 'OVERDUE' });
		await screen.findByText('HAM-2026-1001');
		server.answers.Invoices = 'forbidden';
		await rerender({ state: 'PAID' });
		await screen.findByText('failure: forbidden');
		expect(screen.queryByText('HAM-2026-1001')).toBeNull();
	});
});

test('all pages of a list are followed to the end', async () => {
	const pages: Record<string, object> = {
		first: { ...page([{ ...invoice, id: 'i1', number: 'A' }]), pageInfo: { hasNextPage: true, endCursor: 'c1' } },
		c1: { ...page([{ ...invoice, id: 'i2', number: 'B' }]), pageInfo: { hasNextPage: false, endCursor: 'c2' } },
	};
	const server = serve({ Invoices: ({ after }) => ({ invoices: pages[(after as string | null) ?? 'first'] }) });
	render(AllPagesProbe);
	expect(await screen.findByText('A,B complete')).toBeInTheDocument();
	expect(server.variablesOf('Invoices').map(({ first, after }) => [first, after])).toEqual([
		[100, null],
		[100, 'c1'],
	]);
});

describe('a mutation', () => {
	const input = { bookingId: 'b1', expectedVersion: 1 };

	test('brings expected refusals as values', async () => {
		const refusal = { code: 'Stale', message: 'Somebody was faster.', path: ['input', 'expectedVersion'] };
		serve({ CancelBooking: { cancelBooking: { errors: [refusal], booking: null } } });
		const outcome = await mutate(CancelBooking, { input });
		expect(outcome).toMatchObject({ kind: 'refused', refusals: [refusal] });
	});

	test('tells a lost connection from an answer', async () => {
		serve({ CancelBooking: 'offline' });
		expect(await mutate(CancelBooking, { input })).toEqual({ kind: 'failed', failure: { kind: 'offline' } });
	});

	test('makes the lists that hold its type old', async () => {
		const server = serve({
			Invoices: { invoices: page([invoice]) },
			CancelBooking: {
				cancelBooking: { errors: [], booking: { __typename: 'Booking', id: 'b1', state: 'CANCELLED', version: 2 } },
			},
		});
		render(QueryProbe, { state: 'OVERDUE', also: ['Booking'] });
		await screen.findByText('HAM-2026-1001');
		await mutate(CancelBooking, { input });
		await waitFor(() => expect(server.variablesOf('Invoices')).toHaveLength(2));
	});
});

test('a bare UUID in a link becomes the id of the API', () => {
	expect(nodeId('Invoice', '01890a5d-ac96-774b-bcce-b302099a8057')).toBe(
		'SW52b2ljZTowMTg5MGE1ZC1hYzk2LTc3NGItYmNjZS1iMzAyMDk5YTgwNTc',
	);
	expect(nodeId('Invoice', 'SW52b2ljZTox')).toBe('SW52b2ljZTox');
});
