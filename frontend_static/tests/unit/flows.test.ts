import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import { session } from '../../src/app/session.svelte';
import SignInPage from '../../src/features/account/SignInPage.svelte';
import OfferPage from '../../src/features/admissions/OfferPage.svelte';
import InvoicePage from '../../src/features/billing/InvoicePage.svelte';
import { trailOf } from '../../src/features/billing/invoice';
import { nextStepsFor } from '../../src/features/home/nextSteps';
import ImportsPage from '../../src/features/imports/ImportsPage.svelte';
import InviteDialog from '../../src/features/people/InviteDialog.svelte';
import { sumsOf } from '../../src/features/portfolio/portfolio';
import TimePage from '../../src/features/time/TimePage.svelte';
import { router } from '../../src/lib/routing/router.svelte';
import { toasts } from '../../src/lib/ui/toasts.svelte';
import * as data from './support/data';
import * as moneyData from './support/moneyData';
import { signInAs } from './support/people';
import { page, serve } from './support/server';

const user = userEvent.setup();
const press = (name: string | RegExp) => user.click(screen.getByRole('button', { name }));

describe('signing in', () => {
	function answerSignIn(answers: readonly { status: number; body: object }[]) {
		const bodies: Record<string, string>[] = [];
		let at = 0;
		vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
			if (!url.startsWith('/auth/'))
				return new Response(JSON.stringify({ data: { viewer: null } }), {
					headers: { 'content-type': 'application/json' },
				});
			bodies.push(JSON.parse(String(init.body)));
			const { status, body } = answers[at] ?? { status: 500, body: {} };
			at += 1;
			return new Response(JSON.stringify(body), { status });
		});
		return bodies;
	}

	async function enter(email: string, password: string) {
		await user.type(screen.getByLabelText('E-mail'), email);
		await user.type(screen.getByLabelText('Password'), password);
		await press('Sign in');
	}

	test('asks for the second factor only when there is one', async () => {
		const bodies = answerSignIn([
			{ status: 401, body: { code: 'CodeRequired', message: 'Enter the code.' } },
			{ status: 200, body: { signedIn: true } },
		]);
		render(SignInPage);
		await enter('lena@example.com', 'correct horse');
		await user.type(await screen.findByLabelText('Code'), '123 456');
		await press('Continue');
		await waitFor(() => expect(bodies).toHaveLength(2));
		expect(bodies[1]).toEqual({ email: 'lena@example.com', password: 'correct horse', code: '123456' });
	});

	test('shows the server’s sentence and keeps what was typed', async () => {
		answerSignIn([{ status: 401, body: { code: 'WrongCredentials', message: 'E-mail or password is wrong.' } }]);
		render(SignInPage);
		await enter('lena@example.com', 'wrong');
		expect(await screen.findByText('E-mail or password is wrong.')).toBeInTheDocument();
		expect(screen.getByLabelText('E-mail')).toHaveValue('lena@example.com');
		expect(session.viewer).toBeNull();
	});
});

describe('accepting an offer', () => {
	async function openConfirmation(acceptOffer: object) {
		signInAs('owner');
		const server = serve({ OfferDetails: { node: data.offer }, AcceptOffer: { acceptOffer } });
		render(OfferPage, { id: 'of1' });
		await screen.findByRole('heading', { level: 1 });
		await user.click(screen.getAllByRole('button', { name: 'Accept the offer' })[0] as HTMLElement);
		return { server, dialog: within(await screen.findByRole('dialog')) };
	}

	test('sends the hash of the terms that were shown, word for word', async () => {
		const { server, dialog } = await openConfirmation({
			errors: [],
			residency: { __typename: 'Residency', id: 'x', state: 'PENDING', startsOn: '2027-01-01', startup: { id: 'o1' } },
		});
		expect(document.querySelector('.terms')?.textContent).toBe(data.offer.terms);
		await user.click(dialog.getByRole('checkbox'));
		await user.click(dialog.getByRole('button', { name: 'Accept the offer' }));
		await waitFor(() =>
			expect(server.variablesOf('AcceptOffer')).toEqual([{ input: { offerId: 'of1', termsHash: 'b448f281' } }]),
		);
		await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
	});

	test('does nothing before the person agrees', async () => {
		const { server, dialog } = await openConfirmation({ errors: [], residency: null });
		await user.click(dialog.getByRole('button', { name: 'Accept the offer' }));
		expect(await dialog.findByRole('alert')).toHaveTextContent('Please confirm that you have read the terms.');
		expect(server.variablesOf('AcceptOffer')).toEqual([]);
	});

	test('offers to read again when the terms changed behind the screen', async () => {
		const { dialog } = await openConfirmation({
			errors: [
				{
					__typename: 'TermsChanged',
					code: 'TermsChanged',
					message: 'The terms have changed.',
					path: ['input', 'termsHash'],
				},
			],
			residency: null,
		});
		await user.click(dialog.getByRole('checkbox'));
		await user.click(dialog.getByRole('button', { name: 'Accept the offer' }));
		expect(await dialog.findByText('The terms have changed.')).toBeInTheDocument();
		expect(dialog.getByRole('button', { name: 'Read the new terms' })).toBeInTheDocument();
	});
});

describe('paying', () => {
	test('goes to the payment page, with one key however often it is pressed', async () => {
		signInAs('owner');
		const assign = vi.spyOn(location, 'assign').mockImplementation(() => {});
		const server = serve({
			InvoiceDetails: { node: moneyData.invoice },
			PayInvoice: { payInvoice: { errors: [], checkoutUrl: 'https://pay.example/1' } },
		});
		render(InvoicePage, { id: 'i1' });
		await user.click(await screen.findByRole('button', { name: /^Pay EUR\s451\.78$/ }));
		await waitFor(() => expect(assign).toHaveBeenCalledWith('https://pay.example/1'));
		expect(server.variablesOf('PayInvoice')).toHaveLength(1);
		expect(server.variablesOf('PayInvoice')[0]?.input).toMatchObject({
			invoiceId: 'i1',
			idempotencyKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
		});
	});

	test('waits on the way back until the payment is confirmed', async () => {
		signInAs('owner');
		router.go('/invoices/i1?paid=1', { replace: true });
		const server = serve({ InvoiceDetails: { node: moneyData.invoice } });
		render(InvoicePage, { id: 'i1' });
		expect(await screen.findByText('Waiting for the payment to be confirmed')).toBeInTheDocument();
		server.answers.InvoiceDetails = {
			node: {
				...moneyData.invoice,
				paymentState: 'PAID',
				paid: moneyData.invoice.gross,
				outstanding: { amountMinor: 0, currency: 'EUR' },
			},
		};
		const { invalidate } = await import('../../src/lib/gql/client');
		invalidate(['Invoice']);
		expect(await screen.findByText('Thank you, the payment has arrived')).toBeInTheDocument();
		await press('Close');
		expect(router.address).toBe('/invoices/i1');
	});

	test('leaves a trail in the order of what happened', () => {
		const payments = [
			{ id: 'p1', method: 'card', receivedAt: '2026-10-20T08:00:00Z', amount: { amountMinor: 1, currency: 'EUR' } },
		];
		expect(
			trailOf({
				kind: 'INVOICE',
				state: 'FINALISED',
				creditNotes: [],
				issuedOn: '2026-10-02',
				dueOn: '2026-10-16',
				paymentState: 'OVERDUE',
				payments,
			}).map(({ kind }) => kind),
		).toEqual(['issued', 'overdue', 'paid']);
		expect(
			trailOf({
				kind: 'INVOICE',
				state: 'FINALISED',
				creditNotes: [],
				issuedOn: '2026-10-02',
				dueOn: '2026-10-16',
				paymentState: 'PAID',
				payments,
			}).map(({ kind }) => kind),
		).toEqual(['issued', 'paid', 'settled']);
		expect(
			trailOf({
				kind: 'INVOICE',
				state: 'FINALISED',
				creditNotes: [],
				issuedOn: '2026-10-02',
				dueOn: '2026-10-16',
				paymentState: 'OPEN',
				payments: [],
			}).map(({ kind }) => kind),
		).toEqual(['issued', 'due']);
	});
});

describe('logging time', () => {
	async function openTime(answers: Parameters<typeof serve>[0] = {}) {
		signInAs('mentor');
		router.go('/time?week=2026-11-23', { replace: true });
		const server = serve({
			MySecondments: { secondments: page([data.secondment]) },
			TimeLogs: { timeLogs: page([data.timeLog]) },
			LogTime: { logTime: { errors: [], timeLog: data.timeLog } },
			...answers,
		});
		render(TimePage);
		await screen.findByText('My secondments');
		return server;
	}

	test('takes one press', async () => {
		const server = await openTime();
		await press('30 mins');
		await waitFor(() => expect(server.variablesOf('LogTime')).toHaveLength(1));
		expect(server.variablesOf('LogTime')[0]?.input).toMatchObject({ secondmentId: 'se1', minutes: 30 });
	});

	test('understands how people write a length of time', async () => {
		const server = await openTime();
		await user.type(screen.getByLabelText('How long'), '1,5h');
		expect(screen.getByText('That is 1 hr 30 mins')).toBeInTheDocument();
		await press('Log time');
		await waitFor(() => expect(server.variablesOf('LogTime')[0]?.input).toMatchObject({ minutes: 90 }));
	});

	test('can be removed, and the removal undone', async () => {
		const server = await openTime({
			RemoveTimeLog: {
				removeTimeLog: {
					errors: [],
					timeLog: { __typename: 'TimeLog', id: 't1', secondment: data.timeLog.secondment },
				},
			},
		});
		await user.click(await screen.findByRole('button', { name: /^Remove: 1 hr 30 mins/ }));
		await waitFor(() => expect(toasts.list[0]?.action?.label).toBe('Undo'));
		toasts.list[0]?.action?.run();
		await waitFor(() =>
			expect(server.variablesOf('LogTime')[0]?.input).toMatchObject({
				secondmentId: 'se1',
				workedOn: '2026-11-23',
				minutes: 90,
				note: 'Pitch rehearsal',
			}),
		);
	});
});

test('an invitation that the server refuses keeps the form open, with the reason at its field', async () => {
	signInAs('owner');
	serve({
		InvitePerson: {
			invitePerson: {
				errors: [
					{ __typename: 'InvalidValue', code: 'InvalidValue', message: 'Already a member.', path: ['input', 'email'] },
				],
				invitation: null,
			},
		},
	});
	const onclose = vi.fn();
	render(InviteDialog, { onclose });
	await user.type(screen.getByLabelText('Name'), 'Jonas');
	await user.type(screen.getByLabelText('E-mail'), 'jonas@example.com');
	await press('Send the invitation');
	expect(await screen.findByText('Already a member.')).toBeInTheDocument();
	expect(onclose).not.toHaveBeenCalled();
});

test('an import with a bad row names the row and offers nothing to apply', async () => {
	signInAs('manager');
	const batch = {
		__typename: 'ImportBatch',
		id: 'b1',
		kind: 'ORGANIZATIONS',
		fileName: 'orgs.csv',
		state: 'REJECTED',
		rowCount: 7,
		newCount: 0,
		changedCount: 0,
		version: 1,
		rows: page([]),
		errors: [{ row: 7, column: 'country', code: 'UnknownCountry', message: 'This is no country.', value: 'XX' }],
	};
	const server = serve({ PreviewImport: { previewImport: { errors: [], importBatch: batch } } });
	const { container } = render(ImportsPage);
	await user.upload(
		container.querySelector('input[type="file"]') as HTMLInputElement,
		new File(['key\nä'], 'orgs.csv', { type: 'text/csv' }),
	);
	expect(await screen.findByText('This is no country.')).toBeInTheDocument();
	expect(server.variablesOf('PreviewImport')[0]?.input).toMatchObject({
		fileName: 'orgs.csv',
		content: btoa('key\n\u00c3\u00a4'),
	});
	expect(screen.queryByRole('button', { name: /^Import/ })).toBeNull();
});

test('what to do next begins with offers and late money', () => {
	const home = {
		residencies: page([data.residency]),
		bookings: page([]),
		offers: page([data.offer]),
		people: { totalCount: 1 },
		overdue: page([moneyData.invoice, moneyData.invoice]),
		partlyPaid: page([]),
		open: page([]),
	};
	const steps = nextStepsFor(home as never, { twoFactorEnabled: false });
	expect(steps.map(({ key }) => key)).toEqual(['of1', 'overdue', 'invite', 'book', 'twoFactor']);
	expect(steps[1]).toMatchObject({ title: '2 invoices are overdue', href: '/invoices?state=OVERDUE' });
});

test('a portfolio is summed by currency', () => {
	const chinese = {
		...data.portfolioLine,
		rentPerMonth: { amountMinor: 5, currency: 'CNY' },
		invoiced: { amountMinor: 7, currency: 'CNY' },
	};
	const sums = sumsOf([data.portfolioLine, data.portfolioLine, chinese] as never);
	expect(sums.map(({ currency, residencies, invoiced }) => [currency, residencies, invoiced.amountMinor])).toEqual([
		['CNY', 1, 7],
		['EUR', 2, 147_560],
	]);
});
